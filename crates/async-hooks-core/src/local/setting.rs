//! The ways to set a local: for a call, a future, a guard, or the rest of the resource.

use std::future::Future;
use std::panic::Location;

use crate::context::mapping::node::Value;
use crate::context::setting;
use crate::local::future::AsyncLocalFuture;
use crate::local::guard::AsyncLocalGuard;
use crate::local::into_value::IntoValue;
use crate::local::local::AsyncLocal;
use crate::local::scoped::ScopedLocal;

impl<T: Send + Sync + 'static> AsyncLocal<T> {
    /// Runs `f` with the local set to `value`, and returns the result of `f`.
    ///
    /// Then the local has its previous value again. Values of other locals that `f` sets with
    /// [`enter_with`](Self::enter_with) stay.
    ///
    /// Do not use it for a future: `LOCAL.run(value, || async { … })` creates the future inside and polls it outside,
    /// where the value is gone. Use [`scope`](Self::scope).
    ///
    /// Node:
    /// [`run(store, callback)`](https://nodejs.org/api/async_context.html#asynclocalstoragerunstore-callback-args).
    ///
    /// # Panics
    ///
    /// Panics if `f` panics; the previous value is restored first.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    /// USER.run("alice", || {
    ///     USER.run("bob", || assert_eq!(USER.get().as_deref(), Some(&"bob")));
    ///     assert_eq!(USER.get().as_deref(), Some(&"alice"));
    /// });
    /// ```
    #[inline]
    pub fn run<R, By>(&self, value: impl IntoValue<T, By>, f: impl FnOnce() -> R) -> R {
        setting::run_with(self.key_to_set(), set_to(value), f)
    }

    /// Returns a future that has the local set to `value` in all its polls.
    ///
    /// Use it around the handler of a request, or the body of a task. [`AsyncLocalFuture`] describes what happens to values
    /// that the future itself sets.
    ///
    /// Node: `run`, with a callback that returns a promise.
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    /// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let Poll::Ready(output) = pin!(future).poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
    /// #     output
    /// # }
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    /// let user = block_on(USER.scope("alice", async { USER.get() }));
    /// assert_eq!(user.as_deref(), Some(&"alice"));
    /// ```
    #[inline]
    pub fn scope<F: Future, By>(&self, value: impl IntoValue<T, By>, future: F) -> AsyncLocalFuture<F> {
        AsyncLocalFuture::new(future, ScopedLocal::new(self.key_to_set(), set_to(value)))
    }

    /// Runs `f` with the local unset, and returns the result of `f`.
    ///
    /// Use it to call code that must not see the value. `f` does not see the default either. Then the local has its
    /// previous value again.
    ///
    /// Node: [`exit(callback)`](https://nodejs.org/api/async_context.html#asynclocalstorageexitcallback-args).
    ///
    /// # Panics
    ///
    /// Panics if `f` panics; the previous value is restored first.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    /// USER.run("alice", || {
    ///     assert_eq!(USER.exit(|| USER.get()), None);
    ///     assert_eq!(USER.get().as_deref(), Some(&"alice"));
    /// });
    /// ```
    #[inline]
    pub fn exit<R>(&self, f: impl FnOnce() -> R) -> R {
        setting::run_with(self.key_to_set(), None, f)
    }

    /// Returns a future that has the local unset in all its polls.
    ///
    /// It is [`exit`](Self::exit) for futures. To unset all locals, use [`detached`](crate::detached).
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    /// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let Poll::Ready(output) = pin!(future).poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
    /// #     output
    /// # }
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    /// let user = USER.run("alice", || block_on(USER.exit_scope(async { USER.get() })));
    /// assert_eq!(user, None);
    /// ```
    #[inline]
    pub fn exit_scope<F: Future>(&self, future: F) -> AsyncLocalFuture<F> {
        AsyncLocalFuture::new(future, ScopedLocal::new(self.key_to_set(), None))
    }

    /// Sets the local for the rest of the executing resource.
    ///
    /// Use it where the end of the value is the end of the task, and the code has no place for a closure. Otherwise
    /// prefer [`run`](Self::run), [`scope`](Self::scope) and [`enter`](Self::enter), which show where the value ends.
    ///
    /// A task or a tracked future keeps the value over its polls. A callback loses it at its end. The value never
    /// reaches the code that polls or calls. Outside any resource, the call sets the local in the context of the thread
    /// itself.
    ///
    /// Node: [`enterWith(store)`](https://nodejs.org/api/async_context.html#asynclocalstorageenterwithstore).
    ///
    /// # Tasks that are not tracked
    ///
    /// A plain `tokio::spawn` spawns a task without a context of its own, unless the runtime tracks all its tasks. Such
    /// a task runs in the context of the thread, and the thread belongs to all tasks. There `enter_with` changes
    /// nothing, and reports the line of the call on stderr, each line once. Spawn the task with
    /// `async_hooks::tokio::spawn`, or set the value with [`scope`](Self::scope).
    ///
    /// Only the feature `tokio` can detect such a task. Without it, the value stays on the thread, and other tasks see
    /// it.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, AsyncResource};
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    /// AsyncResource::new("callback").run_in_async_scope(|| {
    ///     USER.enter_with("alice");
    ///     assert_eq!(USER.get().as_deref(), Some(&"alice"));
    /// });
    /// assert_eq!(USER.get(), None);
    /// ```
    #[track_caller]
    pub fn enter_with<By>(&self, value: impl IntoValue<T, By>) {
        setting::enter_with(Location::caller(), self.key_to_set(), value.into_value());
    }

    /// Sets the local until the returned guard is dropped.
    ///
    /// Use it for the rest of a block. Dropping the guard restores the previous value, and ends the guards of this
    /// local that were entered after it. [`AsyncLocalGuard`] describes guards that are dropped elsewhere.
    ///
    /// Node: [`withScope(store)`](https://nodejs.org/api/async_context.html#class-asynclocalstorage).
    ///
    /// # Over an `.await`
    ///
    /// Do not hold the guard over an `.await` in a task that is not tracked; use [`scope`](Self::scope) there. The
    /// guard sets the local in the context of the thread, so the other tasks of the thread see the value. Where another of them
    /// sets a local meanwhile, one line on stderr says so. Even in a tracked task, the other branches of a `join!` see it.
    ///
    /// The guard is not `Send`, so `tokio::spawn` rejects a task that holds it over an `.await`; `spawn_local` and
    /// `block_on` accept one. Clippy reports every such guard, with this line in `clippy.toml`:
    ///
    /// ```toml
    /// await-holding-invalid-types = ["async_hooks::AsyncLocalGuard"]
    /// ```
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    /// {
    ///     let _guard = USER.enter("alice");
    ///     assert_eq!(USER.get().as_deref(), Some(&"alice"));
    /// }
    /// assert_eq!(USER.get(), None);
    /// ```
    #[must_use = "the value is unset when the guard is dropped"]
    #[track_caller]
    pub fn enter<By>(&self, value: impl IntoValue<T, By>) -> AsyncLocalGuard<'_, T> {
        AsyncLocalGuard::enter(self.key_to_set(), value.into_value())
    }

    /// Unsets the local everywhere, in every task and on every thread, until it is set again.
    ///
    /// Use it to withdraw a value from all running tasks at once. Values that were set before never come back, not even
    /// in contexts that have captured them. A local with a default has its default again.
    ///
    /// Node: [`disable()`](https://nodejs.org/api/async_context.html#asynclocalstoragedisable).
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    /// USER.run("alice", || {
    ///     USER.disable();
    ///     assert_eq!(USER.get(), None);
    /// });
    /// ```
    #[track_caller]
    pub fn disable(&self) {
        let key = self.key.get();
        self.key.renew();
        // The current context drops its value at once. Other contexts keep theirs until they end, but no read finds it.
        setting::remove(Location::caller(), key);
    }
}

fn set_to<T: Send + Sync + 'static, By>(value: impl IntoValue<T, By>) -> Value {
    Some(value.into_value())
}
