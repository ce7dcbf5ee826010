//! A span that ends on one thread while another has it in mind.
//!
//! The explorer tries all that a processor may reorder.

use std::sync::Arc;

use async_hooks_explorer::loom::{
    self,
    sync::{Mutex, atomic as explored},
    thread,
};

use super::*;

impl Word for explored::AtomicU64 {
    fn load(&self, order: Ordering) -> u64 {
        explored::AtomicU64::load(self, order)
    }

    fn store(&self, value: u64, order: Ordering) {
        explored::AtomicU64::store(self, value, order);
    }
}

/// One place, which all resources share.
type Ended = EndedSpans<explored::AtomicU64, 1>;

fn id(number: u64) -> AsyncId {
    AsyncId::from_u64(number).unwrap_or(AsyncId::ROOT)
}

#[test]
fn a_span_that_has_ended_is_not_entered_for_the_one_that_has_its_id_now() {
    loom::model(|| {
        let (first, second, other) = (id(7), id(8), id(9));
        let ended: Arc<Ended> = Arc::new(EndedSpans([explored::AtomicU64::new(0)]));
        // The registry, which says whose the id of the span is.
        let registry = Arc::new(Mutex::new(first));
        let remembered = ended.last(first);
        let (ending, reusing) = (Arc::clone(&ended), Arc::clone(&registry));
        let closing = thread::spawn(move || {
            ending.end(first);
            if let Ok(mut owner) = reusing.lock() {
                *owner = second;
            }
        });
        let elsewhere = Arc::clone(&ended);
        let busy = thread::spawn(move || elsewhere.end(other));
        let is_second = registry.lock().is_ok_and(|owner| *owner == second);
        let is_entered = ended.last(first) == remembered;
        assert!(!(is_second && is_entered), "the resource of the first span is entered for the second");
        assert!(closing.join().is_ok() && busy.join().is_ok());
    });
}
