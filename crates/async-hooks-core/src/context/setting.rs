//! Setting locals of the current context: for a call, until a guard is dropped, or to stay.

use std::any::Any;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::context::current;
use crate::context::entered;
use crate::context::entered::entry::GuardEnd;
use crate::context::found::Found;
use crate::context::guarded::Guarded;
use crate::context::mapping::Mapping;
use crate::context::node::{Key, Value};
use crate::context::setter::Setter;
use crate::context::sink::CapturedContext;
use crate::context::untracked;
use crate::identity::execution::execution_async_id;

/// One local is set until this is dropped, and then is what it was; changes to other locals stay.
pub(crate) struct ScopedValue {
    local: Key,
    /// Names it in the list of what is entered, which then keeps what it covers; 0 where it is not listed.
    serial: u64,
    /// What the local was, while it is set; dropped last, since that may be foreign code: a value's own drop.
    covered: Found,
}

impl ScopedValue {
    #[inline]
    pub(crate) fn new(local: Key, value: Value) -> Self {
        if current::with(|current| current.watch.is_for_setting()) {
            return Self::watched(local, value);
        }
        let covered = Found::of(local, Setter::of(execution_async_id()), value);
        let mut scoped = ScopedValue { local, serial: 0, covered };
        current::exchange(local, &mut scoped.covered);
        if scoped.covered.is_guarded() {
            scoped.list();
        }
        scoped
    }

    #[cold]
    fn watched(local: Key, value: Value) -> Self {
        let serial = next_serial();
        let (serial, covered) = match entered::set_value(local, serial, value) {
            Ok(None) => (serial, Found::NOTHING),
            Ok(Some(covered)) => (0, covered),
            Err(value) => {
                let mut covered = Found::of(local, Setter::of(execution_async_id()), value);
                current::exchange(local, &mut covered);
                (0, covered)
            }
        };
        ScopedValue { local, serial, covered }
    }

    /// A guard below may be dropped while this value is on top of it.
    #[cold]
    fn list(&mut self) {
        let serial = next_serial();
        match entered::keep_value(self.local, serial, self.covered.take()) {
            Ok(()) => self.serial = serial,
            Err(covered) => self.covered = covered,
        }
    }

    #[cold]
    fn end_watched(&mut self) {
        if self.serial != 0 {
            return entered::end_kept_value(self.serial);
        }
        if let Err(covered) = entered::end_own_value(self.local, self.covered.take()) {
            self.covered = covered;
            current::exchange(self.local, &mut self.covered);
        }
    }
}

impl Drop for ScopedValue {
    #[inline]
    fn drop(&mut self) {
        if entered::is_any() {
            self.end_watched();
        } else {
            current::exchange(self.local, &mut self.covered);
        }
        note_end_of_scoped_value();
    }
}

/// If the sink received a change while the value was set, it received that value as well, so it receives the context once more.
#[inline]
fn note_end_of_scoped_value() {
    if current::with(|current| current.sink.has_received()) {
        send_to_sink();
    }
}

/// Who sets a value here.
#[inline]
pub(crate) fn owner() -> Setter {
    if current::with(|current| current.watch.is_for_setting()) {
        entered::owner()
    } else {
        Setter::of(execution_async_id())
    }
}

/// Number of persistent changes this thread has made; a caller compares two answers to learn whether one came in between.
#[inline]
pub(crate) fn changes() -> u32 {
    current::with(|current| current.changes.get())
}

/// The line of the last change that was made to stay on this thread.
pub(crate) fn last_change() -> &'static Location<'static> {
    current::with(|current| current.last_change.get())
}

/// Makes a change that outlives the call which makes it. The sink of the polled task, if there is one, receives it at once.
///
/// Where the context is a thread's own and a task runs that nobody tracks, nothing changes and one line says so: the thread
/// belongs to all tasks, and one user's value would be another's.
pub(crate) fn set_persistent<R>(line: &'static Location<'static>, change: impl FnOnce(&mut Mapping, Setter) -> R) {
    if is_threads_own() && untracked::is_task() {
        untracked::report(line);
    } else {
        drop(change_persistently(line, change));
    }
}

fn is_threads_own() -> bool {
    current::with(|current| current.depth.get().is_thread()) && !entered::is_brought()
}

fn change_persistently<R>(line: &'static Location<'static>, change: impl FnOnce(&mut Mapping, Setter) -> R) -> R {
    let setter = owner();
    note_change(line);
    let replaced = current::change_to_stay(|mapping| change(mapping, setter));
    send_to_sink();
    replaced
}

fn note_change(line: &'static Location<'static>) {
    current::with(|current| {
        current.changes.set(current.changes.get().wrapping_add(1));
        current.last_change.set(line);
    });
}

/// Removes what is set under the key in the current context.
pub(crate) fn remove(line: &'static Location<'static>, key: Key) {
    drop(change_persistently(line, |mapping, _| mapping.remove(key)));
}

#[cold]
fn send_to_sink() {
    let sink = current::with(|current| current.sink.for_change_at(current.depth.get()));
    if let Some(sink) = sink {
        (sink.keep)(
            sink.task,
            CapturedContext(if entered::is_any() { entered::own_context() } else { current::capture() }),
        );
    }
}

/// Sets the local until [`end_guard`] ends what this returns.
pub(crate) fn enter_guard(line: &'static Location<'static>, local: Key, value: Arc<dyn Any + Send + Sync>) -> GuardEnd {
    let serial = next_serial();
    let resource = if entered::is_any() { entered::resource_of_level() } else { execution_async_id() };
    drop(change_persistently(line, |mapping, setter| {
        let covered = mapping.found(local);
        mapping.put_back(local, Guarded::enter(local, setter, value, serial, covered))
    }));
    GuardEnd { line, local, serial, depth: current::with(|current| current.depth.get()), resource }
}

/// Ends the guard and those of its local that were entered after it, wherever their values are on this thread.
pub(crate) fn end_guard(guard: GuardEnd) {
    let depth = current::with(|current| current.depth.get());
    if entered::is_any() || depth != guard.depth {
        entered::drop_guard(guard);
        note_change(guard.line);
        send_to_sink();
    } else if execution_async_id() == guard.resource {
        drop(change_persistently(guard.line, |mapping, _| {
            let covered = Guarded::end(&mapping.found(guard.local), guard.serial)?;
            Some(mapping.put_back(guard.local, covered))
        }));
    }
}

fn next_serial() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
