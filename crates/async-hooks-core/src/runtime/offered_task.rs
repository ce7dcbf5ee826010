//! A span that sees a task first offers the resource that it has made to the runtime's hook.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use crate::resource::async_resource::AsyncResource;

thread_local! {
    /// Weak, since it stays until the next is offered.
    static OFFERED: RefCell<Option<Offer>> = const { RefCell::new(None) };
}

struct Offer {
    task: u64,
    resource: Weak<AsyncResource>,
}

/// Offers the resource that this task is, in its runtime's numbers. Whoever adopts it sends its events from then on.
pub fn offer(task: u64, resource: &Arc<AsyncResource>) {
    let resource = Arc::downgrade(resource);
    // A thread at its end offers nothing: there the task is two resources.
    let _ = OFFERED.try_with(|offered| offered.replace(Some(Offer { task, resource })));
}

/// What was offered for this task, and is still there.
pub(crate) fn take_offer(task: u64) -> Option<Arc<AsyncResource>> {
    let offer = OFFERED.try_with(|offered| offered.borrow_mut().take_if(|offer| offer.task == task)).ok()??;
    offer.resource.upgrade()
}

/// Whether another sends the events of this resource, since it was [offered](offer).
#[inline]
#[must_use]
pub fn is_adopted(resource: &AsyncResource) -> bool {
    resource.is_adopted()
}
