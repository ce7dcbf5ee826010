//! Every `AsyncLocal` at once, captured now and brought back later.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::context::current;
use crate::context::level;
use crate::context::mapping::Mapping;

/// The values of every [`AsyncLocal`](crate::AsyncLocal) at one moment.
///
/// Use it where work moves to a place that does not carry the context by itself, and no resource is wanted for it. It
/// carries no ids: the executing resource stays what it is.
///
/// Node: [`AsyncLocalStorage.snapshot()`](https://nodejs.org/api/async_context.html#static-method-asynclocalstoragesnapshot);
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
    /// The values as they are now; costs one reference count however many are set.
    #[inline]
    #[must_use]
    pub fn current() -> Self {
        Snapshot(current::capture())
    }

    /// No values: what runs with it sees every local unset, or its default. [`detached`](crate::context::detached) in short.
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

    /// Runs `f` with the captured values; afterwards all are what they were, whatever `f` entered.
    #[inline]
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        run_with(self.0.clone(), f)
    }

    /// A future that is polled with the captured values; what it enters stays with it from poll to poll.
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, Snapshot};
    /// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let Poll::Ready(output) = pin!(future).poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
    /// #     output
    /// # }
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let snapshot = USER.run("alice", Snapshot::current);
    /// assert_eq!(block_on(snapshot.scope(async { USER.get() })).as_deref(), Some(&"alice"));
    /// ```
    pub fn scope<F: Future>(&self, future: F) -> SnapshotFuture<F> {
        SnapshotFuture { future, exchange: Exchange::new(self.0.clone()) }
    }

    /// A callback that runs with the captured values at each call.
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
        let bound = Bound { callback: f, exchange: Exchange::new(self.0.clone()) };
        move |argument| run_with(bound.exchange.mapping.clone(), || (bound.callback)(argument))
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("is_empty", &self.0.is_empty()).finish_non_exhaustive()
    }
}

pin_project! {
    /// A future polled with the values of a [`Snapshot`]; made by [`Snapshot::scope`] and
    /// [`in_current_snapshot`](crate::FutureExt::in_current_snapshot).
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct SnapshotFuture<F> {
        // Declared first: dropped with the captured values.
        #[pin]
        future: F,
        exchange: Exchange,
    }

    impl<F> PinnedDrop for SnapshotFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            this.project().exchange.enter_until_dropped();
        }
    }
}

impl<F: Future> Future for SnapshotFuture<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _level = this.exchange.enter();
        this.future.poll(cx)
    }
}

struct Bound<F> {
    /// Declared first: dropped with the captured values.
    callback: F,
    exchange: Exchange,
}

impl<F> Drop for Bound<F> {
    fn drop(&mut self) {
        self.exchange.enter_until_dropped();
    }
}

#[inline]
fn run_with<R>(mut mapping: Mapping, f: impl FnOnce() -> R) -> R {
    let _level = SnapshotLevel::enter(&mut mapping);
    f()
}

/// A mapping that changes places with the current one, and back.
struct Exchange {
    mapping: Mapping,
    until_dropped: bool,
}

impl Exchange {
    #[inline]
    fn new(mapping: Mapping) -> Self {
        Exchange { mapping, until_dropped: false }
    }

    #[inline]
    fn enter(&mut self) -> SnapshotLevel<'_> {
        SnapshotLevel::enter(&mut self.mapping)
    }

    fn enter_until_dropped(&mut self) {
        self.until_dropped = true;
        level::enter_snapshot(&mut self.mapping);
    }
}

impl Drop for Exchange {
    #[inline]
    fn drop(&mut self) {
        if self.until_dropped {
            level::leave_snapshot(&mut self.mapping);
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").finish_non_exhaustive()
    }
}

struct SnapshotLevel<'a>(&'a mut Mapping);

impl<'a> SnapshotLevel<'a> {
    #[inline]
    fn enter(mapping: &'a mut Mapping) -> Self {
        level::enter_snapshot(mapping);
        SnapshotLevel(mapping)
    }
}

impl Drop for SnapshotLevel<'_> {
    #[inline]
    fn drop(&mut self) {
        level::leave_snapshot(self.0);
    }
}
