//! Offers: a span that sees a task first passes its resource to the runtime's callback.
//!
//! They are kept by the number that the runtime gives to the task, so a spawn within a spawn neither takes nor replaces the offer
//! of another. They are not kept by thread: nobody tells when a spawn has returned, so a thread would keep what no runtime
//! takes over. Here an offer ends when its span is closed.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::resource::async_resource::AsyncResource;

#[derive(Debug)]
struct Offers {
    open: BTreeMap<u64, Weak<OfferedTask>>,
    /// The task whose offer ended last without a takeover; no task has the number 0.
    ///
    /// If another one of the shard ends before the spawn of this one is reported, the task becomes two resources.
    ended: u64,
}

/// By the low bits of the number, so that two workers rarely wait for each other.
static OFFERS: [Mutex<Offers>; 64] = [const { Mutex::new(Offers { open: BTreeMap::new(), ended: 0 }) }; 64];

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
    // Two layers in one subscriber offer the same task twice; the later offer counts.
    let replaced = offers(task).open.insert(task, Arc::downgrade(&offered));
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
    let (taken, ended) = {
        let mut offers = offers(task);
        (offers.open.remove(&task), offers.ended)
    };
    let Some(taken) = taken else { return (ended == task).then_some(Takeover::Ended) };
    // Another thread may be about to withdraw the offer.
    let Some(offered) = taken.upgrade() else { return Some(Takeover::Ended) };
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
    if offers.open.get(&offered.task).is_some_and(|current| ptr::eq(current.as_ptr(), offered)) {
        offers.open.remove(&offered.task);
        offers.ended = offered.task;
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
        assert!(!offers(3).open.contains_key(&3));
        assert!(matches!(take_over(3), Some(Takeover::Ended)));
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
