//! Setting locals of the current context: for a call, until a guard is dropped, or to stay.

use std::any::Any;
use std::mem;
use std::panic::Location;
use std::sync::Arc;

use crate::context::current;
use crate::context::entered;
use crate::context::entered::entry::GuardEnd;
use crate::context::mapping::Mapping;
use crate::context::mapping::guarded::{Guarded, next_serial};
use crate::context::mapping::node::{Key, Value};
use crate::context::mapping::previous::Previous;
use crate::context::mapping::setter::Setter;
use crate::context::untracked;
use crate::identity::execution::{self, execution_async_id};

/// Runs `f` with the local set; then the local is what it was before.
///
/// Changes to other locals stay.
#[inline]
pub(crate) fn run_with<R>(local: Key, value: Value, f: impl FnOnce() -> R) -> R {
    let mut scoped = ScopedValue { local, serial: 0, covered: Previous::NOTHING };
    if entered::is_any() {
        scoped.serial = set_watched(local, value, &mut scoped.covered);
    } else {
        scoped.covered = Previous::of(local, executing(), value);
        if !current::with(|current| current.exchange_in_place(local, &mut scoped.covered)) {
            current::exchange_in_copy(local, &mut scoped.covered);
        }
        if scoped.covered.is_guarded() {
            scoped.serial = list(local, &mut scoped.covered);
        }
    }
    let unwinding = Unwinding(&mut scoped);
    let outcome = f();
    mem::forget(unwinding);
    // The end is written out here, and not in a guard's drop, which would be a call; so would one exchange that both share.
    if entered::is_any() {
        end_watched(local, scoped.serial, &mut scoped.covered);
    } else if !current::with(|current| current.exchange_in_place(local, &mut scoped.covered)) {
        current::exchange_in_copy(local, &mut scoped.covered);
    }
    note_end_of_scoped_value();
    outcome
}

/// One local, set for a call.
struct ScopedValue {
    local: Key,
    /// The value's number in the list of entries, which keeps what it covers; 0 if not listed.
    serial: u64,
    /// What the local was, while it is set.
    ///
    /// In the end the value itself, whose drop is foreign code and comes last.
    covered: Previous,
}

/// Ends the value when the call ends by a panic.
struct Unwinding<'a>(&'a mut ScopedValue);

impl Drop for Unwinding<'_> {
    #[cold]
    fn drop(&mut self) {
        let ScopedValue { local, serial, covered } = &mut *self.0;
        end_with(*local, *serial, covered.take());
    }
}

/// Ends a value that was set for a call: the local is what the value has covered.
#[inline(never)]
pub(crate) fn end_with(local: Key, serial: u64, mut covered: Previous) {
    if entered::is_any() {
        end_watched(local, serial, &mut covered);
    } else {
        current::exchange(local, &mut covered);
    }
    note_end_of_scoped_value();
}

/// Returns the serial of the value, if the list keeps what it covers.
#[inline(never)]
fn set_watched(local: Key, value: Value, covered: &mut Previous) -> u64 {
    let (owner, is_brought) = entered::owner();
    *covered = Previous::of(local, owner, value);
    current::exchange(local, covered);
    if is_brought || covered.is_guarded() { list(local, covered) } else { 0 }
}

/// A span with a context, or a guard, may be left while this value is on top of it.
#[inline(never)]
fn list(local: Key, covered: &mut Previous) -> u64 {
    let serial = next_serial();
    match entered::keep_value(local, serial, covered.take()) {
        Ok(()) => serial,
        Err(found) => {
            *covered = found;
            0
        }
    }
}

#[inline(never)]
fn end_watched(local: Key, serial: u64, covered: &mut Previous) {
    if serial == 0 && entered::is_brought() {
        return end_under_spans(local, covered);
    }
    if serial != 0 {
        match entered::take_last_value(serial) {
            Some(kept) => *covered = kept,
            None => return entered::end_kept_value(serial),
        }
    }
    current::exchange(local, covered);
}

/// Spans were entered since and brought their contexts: the value ends below them.
#[cold]
fn end_under_spans(local: Key, covered: &mut Previous) {
    if let Err(found) = entered::end_own_value(local, covered.take()) {
        *covered = found;
        current::exchange(local, covered);
    }
}

/// Sends the context to the sink again, if the sink received one with this value set.
#[inline]
pub(crate) fn note_end_of_scoped_value() {
    if current::with(|current| current.sink.has_received()) {
        entered::send_to_sink();
    }
}

/// Who sets a value here.
#[inline]
pub(crate) fn owner() -> Setter {
    if entered::is_any() { owner_among_entries() } else { executing() }
}

#[inline(never)]
fn owner_among_entries() -> Setter {
    entered::owner().0
}

#[inline]
fn executing() -> Setter {
    let call = current::with(|current| current.identity_of_call());
    if call == 0 { execution::with_executing(Setter::new) } else { Setter::of_identity(call) }
}

/// A number that differs for different [`owner`]s.
///
/// Computed after the owner, since asking for the owner gives a snapshot's call its number.
#[inline]
pub(crate) fn place() -> u64 {
    if entered::is_any() { place_among_entries() } else { place_of_executing() }
}

/// [`owner`] and [`place`] at once.
#[inline]
pub(crate) fn owner_and_place() -> (Setter, u64) {
    if entered::is_any() {
        let owner = owner_among_entries();
        return (owner, owner.spread());
    }
    let owner = executing();
    (owner, place_of_executing())
}

#[inline]
fn place_of_executing() -> u64 {
    execution::identity_bits() ^ current::with(|current| current.call.get()).spread()
}

#[cold]
#[inline(never)]
fn place_among_entries() -> u64 {
    entered::owner().0.spread()
}

/// The number of persistent changes of this thread.
///
/// A caller compares two of them to learn whether a change came in between.
#[inline]
pub(crate) fn changes() -> u32 {
    current::with(|current| current.changes.get())
}

/// A future is done and hands over to what surrounds it what it has set.
pub(crate) fn note_hand_over() {
    current::with(|current| current.handed_over.set(current.handed_over.get().wrapping_add(1)));
}

/// The line of the last change that was made to stay on this thread.
pub(crate) fn last_change() -> &'static Location<'static> {
    current::with(|current| current.last_change.get())
}

/// Makes a change that outlives the call which makes it.
///
/// The sink of the polled task, if there is one, receives it at once.
///
/// Where the context is a thread's own and a task runs that nobody tracks, nothing changes and one line says so: the thread
/// belongs to all tasks, and one user's value would be another's.
pub(crate) fn set_persistent<R>(line: &'static Location<'static>, change: impl FnOnce(&mut Mapping, Setter) -> R) {
    if is_threads_own() && untracked::is_task() {
        untracked::report_ignored(line);
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
    entered::send_to_sink();
    replaced
}

fn note_change(line: &'static Location<'static>) {
    current::with(|current| {
        current.changes.set(current.changes.get().wrapping_add(1));
        current.last_change.set(line);
    });
}

/// The mark after which guards were entered in a context that a span has brought.
///
/// Nothing where no span has.
pub(crate) fn since_brought() -> Option<u64> {
    entered::since_brought()
}

/// Sets the local to stay, over the guards of it that are live.
pub(crate) fn enter_with(line: &'static Location<'static>, key: Key, value: Arc<dyn Any + Send + Sync>) {
    let since = since_brought();
    set_persistent(line, |mapping, setter| {
        let there = mapping.found(key);
        mapping.put_back(key, Guarded::replace(key, setter, value, &there, since))
    });
}

/// Removes what is set under the key in the current context.
pub(crate) fn remove(line: &'static Location<'static>, key: Key) {
    drop(change_persistently(line, |mapping, _| mapping.remove(key)));
}

/// Sets the local until [`end_guard`] ends what this returns.
pub(crate) fn enter_guard(line: &'static Location<'static>, local: Key, value: Arc<dyn Any + Send + Sync>) -> GuardEnd {
    let serial = next_serial();
    let resource = if entered::is_any() { entered::resource_of_level() } else { execution_async_id() };
    if is_threads_own() {
        untracked::begin_guard(serial, line);
    }
    drop(change_persistently(line, |mapping, setter| {
        let covered = mapping.found(local);
        mapping.put_back(local, Guarded::enter(local, setter, value, serial, covered))
    }));
    current::with(|current| {
        let (depth, call, handed_over) = (current.depth.get(), current.identity_of_call(), current.handed_over.get());
        GuardEnd { line, local, serial, depth, call, resource, handed_over }
    })
}

/// Ends the guard and later guards of its local, wherever their values are on this thread.
pub(crate) fn end_guard(guard: GuardEnd) {
    if guard.depth.is_thread() {
        untracked::end_guard(guard.serial);
    }
    let is_home = is_where_entered(&guard) && execution_async_id() == guard.resource;
    if entered::is_any() || !is_home || !end_guard_here(&guard) {
        entered::drop_guard(guard);
        note_change(guard.line);
    }
}

fn is_where_entered(guard: &GuardEnd) -> bool {
    current::with(|current| {
        (guard.depth, guard.call) == (current.depth.get(), current.identity_of_call())
            && guard.handed_over == current.handed_over.get()
    })
}

/// Returns whether the guard was live in the current context.
fn end_guard_here(guard: &GuardEnd) -> bool {
    let ended = change_persistently(guard.line, |mapping, setter| {
        let covered = Guarded::end_of(&mapping.found(guard.local), guard.serial, setter)?;
        Some(mapping.put_back(guard.local, covered))
    });
    ended.is_some()
}
