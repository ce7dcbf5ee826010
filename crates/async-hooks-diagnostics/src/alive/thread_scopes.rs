//! The open scopes of this thread: an `after` finds here what its `before` noted.
//!
//! A record moves from the thread's recent ones onto the stack and back. So a task that is polled again on the same thread takes
//! neither the lock of a map nor a reference count.

use std::cell::RefCell;
use std::sync::Arc;

use async_hooks_core::AsyncId;

use crate::alive::clock::Moment;
use crate::alive::record::Record;

/// An open scope.
struct Open {
    record: Arc<Record>,
    since: Moment,
}

/// The number of ids in a thread's block: what it created lately has a place each.
const RECENT: usize = 256;

struct ThreadScopes {
    /// The innermost last.
    open: Vec<Open>,
    /// What ran here lately, at the place of its id.
    recent: [Option<Arc<Record>>; RECENT],
}

thread_local! {
    static SCOPES: RefCell<ThreadScopes> = const { RefCell::new(ThreadScopes { open: Vec::new(), recent: [const { None }; RECENT] }) };
}

/// A scope begins on this thread.
///
/// `find` returns its record if the thread does not have it. False if it is unknown.
///
/// Does nothing on a thread whose destructors run.
#[inline]
pub(crate) fn enter(id: AsyncId, find: impl FnOnce(AsyncId) -> Option<Arc<Record>>) -> bool {
    let entered = SCOPES.try_with(|scopes| {
        let mut scopes = scopes.try_borrow_mut().ok()?;
        let record = scopes.take_recent(id).or_else(|| find(id))?;
        scopes.forget_ended();
        let since = Moment::now();
        record.enter(since);
        scopes.open.push(Open { record, since });
        Some(())
    });
    matches!(entered, Ok(Some(())))
}

/// A scope ends on this thread. Does nothing if its begin was not noted here.
#[inline]
pub(crate) fn leave(id: AsyncId) {
    let _ = SCOPES.try_with(|scopes| {
        let mut scopes = scopes.try_borrow_mut().ok()?;
        let Open { record, since } = scopes.take_open(id)?;
        record.leave(since, Moment::now());
        scopes.keep(id, record);
        Some(())
    });
}

/// The record of this id, if its scope is the innermost of this thread.
pub(crate) fn find(id: AsyncId) -> Option<Arc<Record>> {
    let find = |scopes: &RefCell<ThreadScopes>| {
        let scopes = scopes.try_borrow().ok()?;
        let open = scopes.open.last().filter(|open| open.record.resource().async_id() == id)?;
        Some(Arc::clone(&open.record))
    };
    SCOPES.try_with(find).ok().flatten()
}

/// A resource was created on this thread, and most likely runs here first.
pub(crate) fn expect(record: &Arc<Record>) {
    let _ = SCOPES.try_with(|scopes| {
        let id = record.resource().async_id();
        scopes.try_borrow_mut().ok()?.keep(id, Arc::clone(record));
        Some(())
    });
}

/// Drops what this thread keeps of a resource that was destroyed.
pub(crate) fn forget(id: AsyncId) {
    let _ = SCOPES.try_with(|scopes| scopes.try_borrow_mut().ok()?.take_recent(id));
}

impl ThreadScopes {
    #[inline]
    fn take_recent(&mut self, id: AsyncId) -> Option<Arc<Record>> {
        let place = &mut self.recent[place(id)];
        if place.as_ref()?.resource().async_id() == id { place.take() } else { None }
    }

    #[inline]
    fn keep(&mut self, id: AsyncId, record: Arc<Record>) {
        if !record.has_ended() {
            self.recent[place(id)] = Some(record);
        }
    }

    /// The innermost scope of this resource; usually it is the innermost of all.
    #[inline]
    fn take_open(&mut self, id: AsyncId) -> Option<Open> {
        let is_it = |open: &Open| open.record.resource().async_id() == id;
        if self.open.last().is_some_and(is_it) {
            return self.open.pop();
        }
        let at = self.open.iter().rposition(is_it)?;
        Some(self.open.remove(at))
    }

    /// A resource that was destroyed in its own scope gets no `after`.
    #[inline]
    fn forget_ended(&mut self) {
        while self.open.last().is_some_and(|open| open.record.has_ended()) {
            self.open.pop();
        }
    }
}

/// Ids of one thread follow each other, so its tasks rarely share a place.
#[inline]
fn place(id: AsyncId) -> usize {
    id.as_u64() as usize % RECENT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alive::trigger_chain::Trigger;
    use async_hooks_core::AsyncResource;

    fn record(resource: &AsyncResource) -> Arc<Record> {
        Arc::new(Record::new(resource.resource(), Trigger::Unseen, 0))
    }

    fn open() -> usize {
        SCOPES.with_borrow(|scopes| scopes.open.len())
    }

    #[test]
    fn scopes_of_resources_that_were_destroyed_inside_them_do_not_pile_up() {
        for _ in 0..100 {
            let resource = AsyncResource::new("ends inside");
            let record = record(&resource);
            assert!(enter(resource.async_id(), |_| Some(Arc::clone(&record))));
            record.end();
            assert_eq!(open(), 1);
        }
        let last = AsyncResource::new("last");
        assert!(enter(last.async_id(), |_| Some(record(&last))));
        leave(last.async_id());
        assert_eq!(open(), 0);
    }

    #[test]
    fn a_thread_drops_its_record_of_a_resource_that_was_destroyed() {
        let resource = AsyncResource::new("forgotten");
        let record = record(&resource);
        expect(&record);
        assert_eq!(Arc::strong_count(&record), 2);
        forget(resource.async_id());
        assert_eq!(Arc::strong_count(&record), 1);
        record.end();
        // Neither does a scope that ends after its resource keep it.
        assert!(enter(resource.async_id(), |_| Some(Arc::clone(&record))));
        leave(resource.async_id());
        assert_eq!(Arc::strong_count(&record), 1);
    }
}
