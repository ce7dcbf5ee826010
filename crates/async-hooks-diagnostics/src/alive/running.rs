//! The scopes that are open on this thread, so that an `after` finds what its `before` noted.
//!
//! A record goes from the thread's few recent ones onto the stack and back, so that a task which is polled again on the
//! same thread meets neither the lock of a map nor a reference count.

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

/// As many as there are ids in a thread's block, so that what a thread creates lately does not share places.
const RECENT: usize = 256;

struct Running {
    /// The innermost last.
    open: Vec<Open>,
    /// What ran here lately, each in the place that its id has.
    recent: [Option<Arc<Record>>; RECENT],
}

thread_local! {
    static RUNNING: RefCell<Running> = const { RefCell::new(Running { open: Vec::new(), recent: [const { None }; RECENT] }) };
}

/// A scope begins on this thread; `find` is asked for its record when the thread does not know it. False if nobody does.
///
/// A thread past its end notes nothing.
#[inline]
pub(crate) fn enter(id: AsyncId, find: impl FnOnce(AsyncId) -> Option<Arc<Record>>) -> bool {
    let entered = RUNNING.try_with(|running| {
        let mut running = running.try_borrow_mut().ok()?;
        let record = running.take_recent(id).or_else(|| find(id))?;
        running.forget_ended();
        let since = Moment::now();
        record.enter(since);
        running.open.push(Open { record, since });
        Some(())
    });
    matches!(entered, Ok(Some(())))
}

/// A scope ends on this thread; nothing happens if its beginning was not noted here.
#[inline]
pub(crate) fn leave(id: AsyncId) {
    let _ = RUNNING.try_with(|running| {
        let mut running = running.try_borrow_mut().ok()?;
        let Open { record, since } = running.take_open(id)?;
        record.leave(since, Moment::now());
        running.keep(id, record);
        Some(())
    });
}

/// The record of an open scope of this thread, the innermost one's first.
pub(crate) fn find(id: AsyncId) -> Option<Arc<Record>> {
    let find = |running: &RefCell<Running>| {
        let running = running.try_borrow().ok()?;
        let open = running.open.last().filter(|open| open.record.resource().async_id() == id)?;
        Some(Arc::clone(&open.record))
    };
    RUNNING.try_with(find).ok().flatten()
}

/// A resource was created on this thread, and will most likely run here first.
pub(crate) fn expect(record: &Arc<Record>) {
    let _ = RUNNING.try_with(|running| {
        let id = record.resource().async_id();
        running.try_borrow_mut().ok()?.keep(id, Arc::clone(record));
        Some(())
    });
}

/// Lets go of what this thread keeps of a resource that has ended.
pub(crate) fn forget(id: AsyncId) {
    let _ = RUNNING.try_with(|running| running.try_borrow_mut().ok()?.take_recent(id));
}

impl Running {
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

    /// The innermost scope of this resource; mostly the innermost at all.
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

/// Ids of one thread follow one another, so that its tasks rarely share a place.
#[inline]
fn place(id: AsyncId) -> usize {
    id.as_u64() as usize % RECENT
}
