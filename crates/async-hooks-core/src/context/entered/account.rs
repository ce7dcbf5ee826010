//! The list of this thread: read in place, and changed while it is off the thread.

use std::cell::RefCell;
use std::mem;

use crate::context::current;
use crate::context::depth::Depth;
use crate::context::entered::attached::{AttachedList, Attachment};
use crate::context::entered::list::List;
use crate::context::entered::thread::{Discarded, Thread};
use crate::context::mapping::Mapping;
use crate::context::sink::CapturedContext;

thread_local! {
    pub(super) static ENTERED: RefCell<List> = const { RefCell::new(List::new()) };
}

/// Whether this thread has anything listed at all.
#[inline]
pub(crate) fn is_any() -> bool {
    current::with(|current| current.watch.has_entries())
}

/// Keeps a foreign context attached until the thread leaves its innermost level.
///
/// A thread past its end detaches it at once.
#[inline]
pub(in crate::context) fn keep_attached<A: Attachment + 'static>(mut full: A) {
    let depth = current::with(|current| current.depth.get());
    match ENTERED.try_with(|entered| entered.borrow_mut().attached.exchange(depth, &mut full)) {
        Ok(true) => current::with(|current| current.watch.note_attached(true)),
        Ok(false) => keep_in_new_slot(depth, Box::new(full)),
        Err(_) => {}
    }
}

/// The list is off the thread meanwhile, since it allocates.
#[cold]
fn keep_in_new_slot(depth: Depth, slot: Box<dyn Attachment>) {
    let exchange =
        |list: AttachedList| ENTERED.try_with(|entered| mem::replace(&mut entered.borrow_mut().attached, list));
    let Ok(list) = exchange(AttachedList::default()) else { return };
    let (list, replaced) = list.attach(depth, slot);
    if exchange(list).is_ok() {
        current::with(|current| current.watch.note_attached(true));
    }
    drop(replaced);
}

/// Detaches the foreign contexts of the thread's innermost level, the last one first.
#[cold]
pub(in crate::context) fn detach() {
    let mut emptied = None;
    while let Some(mut slot) = take_attached(&mut emptied) {
        // Foreign code, which finds nothing borrowed.
        slot.empty();
        emptied = Some(slot);
    }
}

/// The last one of the level. Puts the one before back into its place.
fn take_attached(emptied: &mut Option<Box<dyn Attachment>>) -> Option<Box<dyn Attachment>> {
    let depth = current::with(|current| current.depth.get());
    let mut take = |list: &mut AttachedList| {
        list.put_empty(emptied);
        (list.detach(depth), !list.is_empty())
    };
    let (taken, has_more) = ENTERED.try_with(|entered| take(&mut entered.borrow_mut().attached)).ok()?;
    current::with(|current| current.watch.note_attached(has_more));
    taken
}

/// Changes the list and the thread together, and drops what that leaves over.
///
/// Does nothing on a thread past its end.
#[cold]
pub(super) fn change<R>(f: impl FnOnce(&mut List, &mut Thread) -> R) -> Option<R> {
    take_both(f).map(|(result, _)| result)
}

/// As [`change`], for what runs in guards: a panic of what is dropped does not reach them.
#[cold]
pub(super) fn change_contained<R>(f: impl FnOnce(&mut List, &mut Thread) -> R) -> Option<R> {
    let (result, discarded) = take_both(f)?;
    discarded.drop_contained();
    Some(result)
}

/// Neither is borrowed while `f` runs. What an allocator enters meanwhile it has left again.
fn take_both<R>(f: impl FnOnce(&mut List, &mut Thread) -> R) -> Option<(R, Discarded)> {
    let mut list = ENTERED.try_with(|entered| mem::take(&mut *entered.borrow_mut())).ok()?;
    let mut thread = Thread::take();
    let result = f(&mut list, &mut thread);
    let (last, is_waiting) = list.watched();
    let own_has_changed = mem::take(&mut list.own_has_changed);
    let discarded = thread.put_back();
    current::with(|current| {
        current.watch.note_last(last, is_waiting);
        current.has_brought.set(!list.brought.is_empty());
    });
    let empty = ENTERED.try_with(|entered| mem::replace(&mut *entered.borrow_mut(), list));
    drop(empty);
    if own_has_changed {
        send_to_sink();
    }
    Some((result, discarded))
}

/// The sink of the polled task, if this level is the task's, receives what is the task's own.
#[cold]
pub(in crate::context) fn send_to_sink() {
    let sink = current::with(|current| current.sink.for_change_at(current.depth.get()));
    if let Some(sink) = sink {
        (sink.keep)(sink.task, CapturedContext(if is_any() { own_context() } else { current::capture() }));
    }
}

/// The context of this thread's innermost level, whatever spans have brought on top of it.
fn own_context() -> Mapping {
    let own = change(|list, thread| {
        let index = list.index_of_brought(list.first_of_level(thread.depth));
        list.context(thread, index).clone()
    });
    own.unwrap_or_else(current::capture)
}
