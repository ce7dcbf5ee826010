//! The values of all locals, captured at one moment and restored at another.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use crate::context::foreign;
use crate::context::level;
use crate::context::mapping::Mapping;
use crate::context::snapshot_call::{CallNumber, SnapshotCall};

/// The values of every [`AsyncLocal`](crate::AsyncLocal) at one moment.
///
/// Use it to carry the context to a place that does not carry it by itself, such as a queue or another executor, if
/// that work need not be a resource. A snapshot contains no ids: the executing resource stays the same.
///
/// Node:
/// [`AsyncLocalStorage.snapshot()`](https://nodejs.org/api/async_context.html#static-method-asynclocalstoragesnapshot);
/// TC39: [`AsyncContext.Snapshot`](https://tc39.es/proposal-async-context/).
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, Snapshot};
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// let snapshot = USER.run("alice", Snapshot::current);
/// assert_eq!(snapshot.run(|| USER.get()).as_deref(), Some(&"alice"));
/// assert_eq!(USER.get(), None);
/// ```
#[derive(Clone)]
pub struct Snapshot(Mapping);

impl Snapshot {
    /// Captures the current values, at the cost of one reference count.
    ///
    /// Later changes of a local do not change the snapshot.
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, Snapshot};
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let snapshot = USER.run("alice", || {
    ///     let snapshot = Snapshot::current();
    ///     USER.enter_with("bob");
    ///     snapshot
    /// });
    /// assert_eq!(snapshot.run(|| USER.get()).as_deref(), Some(&"alice"));
    /// ```
    #[inline]
    #[must_use]
    pub fn current() -> Self {
        Snapshot(foreign::captured::capture())
    }

    /// Returns a snapshot without values: in it every local is unset, or has its default.
    ///
    /// Use it to bind a callback that must not see the values of its creator. To run a closure or a future without
    /// values, [`detached`](crate::detached) is shorter.
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, Snapshot};
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let callback = USER.run("alice", || Snapshot::empty().bind(|()| USER.get()));
    /// assert_eq!(USER.run("bob", || callback(())), None);
    /// ```
    #[inline]
    #[must_use]
    pub const fn empty() -> Self {
        Snapshot(Mapping::EMPTY)
    }

    /// Runs `f` with the captured values, then restores the values of the caller.
    ///
    /// What `f` sets with [`enter_with`](crate::AsyncLocal::enter_with) ends with the call.
    ///
    /// # Panics
    ///
    /// Panics if `f` panics; the values of the caller are restored first.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, Snapshot};
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let snapshot = USER.run("alice", Snapshot::current);
    /// USER.run("bob", || {
    ///     assert_eq!(snapshot.run(|| USER.get()).as_deref(), Some(&"alice"));
    ///     assert_eq!(USER.get().as_deref(), Some(&"bob"));
    /// });
    /// ```
    #[inline]
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        run_with(self.0.clone(), f)
    }

    #[inline]
    pub(super) fn exchange(&self) -> Exchange {
        Exchange::new(self.0.clone())
    }

    /// Returns a callback that runs with the captured values at each call.
    ///
    /// What a call sets with [`enter_with`](crate::AsyncLocal::enter_with) ends with that call.
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, Snapshot};
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let callback = USER.run("alice", || Snapshot::current().bind(|()| USER.get()));
    /// assert_eq!(callback(()).as_deref(), Some(&"alice"));
    /// ```
    pub fn bind<A, R, F: Fn(A) -> R>(&self, f: F) -> impl Fn(A) -> R + use<A, R, F> {
        let bound = Bound { callback: Some(f), exchange: self.exchange() };
        move |argument| {
            let callback = bound.callback();
            run_with(bound.exchange.mapping.clone(), || callback(argument))
        }
    }
}

// Values are shared, not changed. Whether one with interior mutability survives a panic in its own method is for its type to say.
impl UnwindSafe for Snapshot {}
impl RefUnwindSafe for Snapshot {}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("is_empty", &self.0.is_empty()).finish_non_exhaustive()
    }
}

struct Bound<F> {
    /// `None` only once it was dropped, with the captured values.
    callback: Option<F>,
    exchange: Exchange,
}

impl<F> Bound<F> {
    #[inline]
    fn callback(&self) -> &F {
        let Some(callback) = &self.callback else { unreachable!("only the drop takes the callback") };
        callback
    }
}

impl<F> Drop for Bound<F> {
    fn drop(&mut self) {
        let callback = &mut self.callback;
        self.exchange.run(|| *callback = None);
    }
}

#[inline]
fn run_with<R>(mut mapping: Mapping, f: impl FnOnce() -> R) -> R {
    run_in(&mut mapping, &mut CallNumber::default(), f)
}

#[inline]
fn run_in<R>(mapping: &mut Mapping, number: &mut CallNumber, f: impl FnOnce() -> R) -> R {
    let _level = SnapshotLevel::enter(mapping, number);
    f()
}

/// The captured mapping; while it is entered, the mapping that was current before.
pub(super) struct Exchange {
    mapping: Mapping,
    /// All enters are one call: what the first has set is its own in the next.
    number: CallNumber,
}

impl Exchange {
    #[inline]
    fn new(mapping: Mapping) -> Self {
        Exchange { mapping, number: CallNumber::default() }
    }

    #[inline]
    pub(super) fn run<R>(&mut self, f: impl FnOnce() -> R) -> R {
        run_in(&mut self.mapping, &mut self.number, f)
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").finish_non_exhaustive()
    }
}

/// Leaves the snapshot on drop.
struct SnapshotLevel<'a> {
    mapping: &'a mut Mapping,
    number: &'a mut CallNumber,
    around: SnapshotCall,
}

impl<'a> SnapshotLevel<'a> {
    #[inline]
    fn enter(mapping: &'a mut Mapping, number: &'a mut CallNumber) -> Self {
        let around = level::enter_snapshot(*number, mapping);
        foreign::captured::attach();
        SnapshotLevel { mapping, number, around }
    }
}

impl Drop for SnapshotLevel<'_> {
    #[inline]
    fn drop(&mut self) {
        *self.number = level::leave_snapshot(self.around, self.mapping);
    }
}
