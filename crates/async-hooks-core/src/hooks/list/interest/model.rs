//! Threads that read the word of a list without its lock, while others change the list.
//!
//! The explorer tries all that a processor may reorder.

use std::sync::Arc;

use async_hooks_explorer::explore_words;
use async_hooks_explorer::loom::sync::Mutex;
use async_hooks_explorer::loom::{sync::atomic as explored, thread};

use super::*;

impl Word for explored::AtomicU64 {
    fn load(&self, order: Ordering) -> u64 {
        explored::AtomicU64::load(self, order)
    }

    fn store(&self, value: u64, order: Ordering) {
        explored::AtomicU64::store(self, value, order);
    }
}

/// A list whose hooks are the events that they want.
struct Explored {
    interest: Interest<explored::AtomicU64>,
    wanting: Mutex<u64>,
}

fn bits(events: Events) -> u64 {
    u64::from(events.bits())
}

/// What a thread copies, as the word said when it did.
#[derive(Default)]
struct Copied {
    interest: u64,
    wanting: u64,
}

impl Explored {
    fn new() -> Arc<Self> {
        Arc::new(Explored { interest: Interest::new(explored::AtomicU64::new(0)), wanting: Mutex::new(0) })
    }

    fn change(&self, change: impl FnOnce(&mut u64)) {
        let Ok(mut wanting) = self.wanting.lock() else { return };
        change(&mut wanting);
        self.interest.publish(*wanting, *wanting, false);
    }

    fn enable(&self, events: Events) {
        self.change(|wanting| *wanting |= bits(events));
    }

    fn disable(&self, events: Events) {
        self.change(|wanting| *wanting &= !bits(events));
    }

    /// As a thread does at an event.
    fn renew(&self, copied: &mut Copied) {
        if copied.interest != self.interest.read() {
            let Ok(wanting) = self.wanting.lock() else { return };
            *copied = Copied { interest: self.interest.read(), wanting: *wanting };
        }
    }
}

#[test]
fn a_copy_is_the_list_of_its_version() {
    explore_words(|| {
        let list = Explored::new();
        let changing = [Events::INIT, Events::BEFORE].map(|events| {
            let list = Arc::clone(&list);
            thread::spawn(move || {
                list.enable(events);
                list.disable(events);
            })
        });
        let mut copied = Copied::default();
        for _ in 0..2 {
            list.renew(&mut copied);
            assert_eq!(copied.interest % VERSION, copied.wanting | copied.wanting << OF_ALL);
        }
        changing.into_iter().for_each(|thread| assert!(thread.join().is_ok()));
        list.renew(&mut copied);
        assert_eq!((copied.interest, copied.wanting), (4 * VERSION, 0), "a change without a version");
    });
}

#[test]
fn a_hook_is_seen_by_who_has_synchronised_with_its_enabling() {
    explore_words(|| {
        let list = Explored::new();
        let is_enabled = Arc::new(explored::AtomicBool::new(false));
        let (enabled, told) = (Arc::clone(&list), Arc::clone(&is_enabled));
        let enabling = thread::spawn(move || {
            enabled.enable(Events::INIT);
            told.store(true, Ordering::Release);
        });
        let toggled = Arc::clone(&list);
        let toggling = thread::spawn(move || {
            toggled.enable(Events::BEFORE);
            toggled.disable(Events::BEFORE);
        });
        let mut copied = Copied::default();
        list.renew(&mut copied);
        if is_enabled.load(Ordering::Acquire) {
            assert!(
                list.interest.is_wanted(Events::INIT) && matches!(list.interest.wanted(Events::INIT), Wanted::Always)
            );
            list.renew(&mut copied);
            assert!(copied.wanting & bits(Events::INIT) != 0, "an event is delivered to a list that is out of date");
        }
        assert!(enabling.join().is_ok() && toggling.join().is_ok());
    });
}
