//! Offers: a span that sees a task first passes its resource to the runtime's callback.
//!
//! They are kept by the number that the runtime gives to the task, so a spawn within a spawn neither takes nor replaces the offer
//! of another. They are not kept by thread: nobody tells when a spawn has returned, so a thread would keep what no runtime
//! takes over. Here an offer ends when its span is closed. That it was made is remembered by the thread that spawns.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::resource::async_resource::AsyncResource;
use crate::runtime::spawns_of_thread;

type Offers = BTreeMap<u64, Weak<OfferedTask>>;

/// By the low bits of the number, so that two workers rarely wait for each other.
static OFFERS: [Mutex<Offers>; 64] = [const { Mutex::new(BTreeMap::new()) }; 64];

/// Whether there has been an offer. A program without the spans of tokio never takes a lock.
static HAS_OFFERS: AtomicBool = AtomicBool::new(false);

fn offers(task: u64) -> MutexGuard<'static, Offers> {
    OFFERS[task as usize % OFFERS.len()].lock().unwrap_or_else(PoisonError::into_inner)
}

/// A task's resource that a span has created. A runtime may take it over.
#[derive(Debug)]
pub struct OfferedTask {
    task: u64,
    resource: AsyncResource,
}

impl OfferedTask {
    /// Whether the runtime has taken the resource over, and sends its events.
    #[inline]
    #[must_use]
    pub fn is_taken_over(&self) -> bool {
        self.resource.is_handed_over()
    }
}

/// Offers the resource of the task that has this number in its runtime.
#[must_use = "the offer ends when it is dropped"]
pub fn offer_task(task: u64, resource: AsyncResource) -> Arc<OfferedTask> {
    let offered = Arc::new(OfferedTask { task, resource });
    // Offer and takeover are on one thread, which sees its own stores in order.
    HAS_OFFERS.store(true, Ordering::Relaxed);
    spawns_of_thread::begin(task);
    // Two layers in one subscriber offer the same task twice; the later offer counts.
    let replaced = offers(task).insert(task, Arc::downgrade(&offered));
    drop(replaced);
    offered
}

/// What a span has created for a task.
#[derive(Debug)]
pub(crate) enum Takeover {
    /// The caller sends the events of the resource from now on.
    Resource(Arc<OfferedTask>),
    /// The resource was destroyed before the spawn was reported.
    ///
    /// The runtime is gone, and has dropped the task.
    Ended,
}

/// Takes over the resource that is offered for this task.
#[inline]
pub(crate) fn take_over(task: u64) -> Option<Takeover> {
    if HAS_OFFERS.load(Ordering::Relaxed) { take_offered(task) } else { None }
}

#[cold]
fn take_offered(task: u64) -> Option<Takeover> {
    let is_offered = spawns_of_thread::end(task);
    let offer = offers(task).remove(&task);
    let Some(offer) = offer else { return is_offered.then_some(Takeover::Ended) };
    // Another thread may be about to withdraw the offer.
    let Some(offered) = offer.upgrade() else { return Some(Takeover::Ended) };
    offered.resource.hand_over();
    Some(Takeover::Resource(offered))
}

impl Deref for OfferedTask {
    type Target = AsyncResource;

    #[inline]
    fn deref(&self) -> &AsyncResource {
        &self.resource
    }
}

impl Drop for OfferedTask {
    fn drop(&mut self) {
        if !self.is_taken_over() {
            withdraw(self);
        }
    }
}

fn withdraw(offered: &OfferedTask) {
    let mut offers = offers(offered.task);
    if offers.get(&offered.task).is_some_and(|current| ptr::eq(current.as_ptr(), offered)) {
        offers.remove(&offered.task);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::id::AsyncId;

    // The offers are those of the process, so each test has numbers of its own.

    fn offer(task: u64) -> Arc<OfferedTask> {
        offer_task(task, AsyncResource::builder("task").spawned().build())
    }

    fn taken_over(task: u64) -> Option<AsyncId> {
        match take_over(task)? {
            Takeover::Resource(offered) => Some(offered.async_id()),
            Takeover::Ended => None,
        }
    }

    #[test]
    fn a_resource_is_taken_over_once_and_for_its_own_task() {
        let offered = offer(1);
        assert_eq!(taken_over(2), None);
        assert_eq!(taken_over(1), Some(offered.async_id()));
        assert_eq!(taken_over(1), None);
    }

    #[test]
    fn an_offer_stays_while_others_are_made_and_taken() {
        let offered: Vec<_> = (100..300).map(offer).collect();
        for (task, offered) in (100..300).zip(&offered) {
            assert_eq!(taken_over(task), Some(offered.async_id()));
        }
    }

    #[test]
    fn an_offer_ends_with_its_resource() {
        drop(offer(3));
        assert!(!offers(3).contains_key(&3));
        assert!(matches!(take_over(3), Some(Takeover::Ended)));
    }

    #[test]
    fn each_offer_that_ends_is_known_however_many_end_before_the_spawn_is_reported() {
        const REFUSED: u64 = 1_000_000;
        drop(offer(REFUSED));
        let others = std::thread::spawn(|| (1..1_000).for_each(|nth| drop(offer(REFUSED + nth))));
        assert!(others.join().is_ok());
        assert!(matches!(take_over(REFUSED), Some(Takeover::Ended)));
    }

    #[test]
    fn a_task_that_nobody_has_offered_has_not_ended() {
        let _offered = offer(6);
        assert!(take_over(7).is_none());
    }

    #[test]
    fn a_later_offer_for_a_task_outlives_the_former() {
        let (former, later) = (offer(4), offer(4));
        drop(former);
        assert_eq!(taken_over(4), Some(later.async_id()));
    }

    #[test]
    fn a_thread_at_its_end_can_offer_too() {
        thread_local! {
            static AT_END: OffersAtEnd = const { OffersAtEnd };
        }
        struct OffersAtEnd;
        impl Drop for OffersAtEnd {
            fn drop(&mut self) {
                let offered = offer(5);
                assert_eq!(taken_over(5), Some(offered.async_id()));
            }
        }
        assert!(std::thread::spawn(|| AT_END.with(|_| ())).join().is_ok());
    }
}
