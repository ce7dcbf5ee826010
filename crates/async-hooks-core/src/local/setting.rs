//! The ways to set a local: for a call, for a future, until a guard is dropped, for the rest of the resource.

use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use crate::context::mapping::guarded::Guarded;
use crate::context::mapping::node::Value;
use crate::context::setting;
use crate::local::future::LocalFuture;
use crate::local::guard::LocalGuard;
use crate::local::local::AsyncLocal;
use crate::local::scoped::ScopedLocal;

impl<T: Send + Sync + 'static> AsyncLocal<T> {
    /// Runs `f` with the local set to `value`, and returns what `f` returns. Then the local is what it was before.
    ///
    /// Do not hand it a future: `LOCAL.run(value, || async { … })` makes the future inside and polls it outside, where the
    /// value is gone. Use [`scope`](Self::scope).
    ///
    /// Node: [`run(store, callback)`](https://nodejs.org/api/async_context.html#asynclocalstoragerunstore-callback-args).
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
    ///
    /// # Panics
    ///
    /// Only if `f` does; the local is put back first.
    #[inline]
    pub fn run<R>(&self, value: impl Into<Arc<T>>, f: impl FnOnce() -> R) -> R {
        setting::run_with(self.key_to_set(), set_to(value), f)
    }

    /// A future that has the local set to `value` over all its polls.
    ///
    /// It has no equivalent in Node, where a callback that returns a promise is enough.
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
    pub fn scope<F: Future>(&self, value: impl Into<Arc<T>>, future: F) -> LocalFuture<F> {
        LocalFuture::new(future, ScopedLocal::new(self.key_to_set(), set_to(value)))
    }

    /// Runs `f` with the local set to nothing, which hides its default too. Then the local is what it was before.
    ///
    /// Node: [`exit(callback)`](https://nodejs.org/api/async_context.html#asynclocalstorageexitcallback-args).
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

    /// A future that has the local set to nothing over all its polls; [`exit`](Self::exit) for futures.
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
    pub fn exit_scope<F: Future>(&self, future: F) -> LocalFuture<F> {
        LocalFuture::new(future, ScopedLocal::new(self.key_to_set(), None))
    }

    /// Sets the local for the rest of the executing resource.
    ///
    /// A task or tracked future keeps it from poll to poll, a callback forgets it at its end, and it never reaches whoever
    /// polls or calls. Outside any resource it changes the thread's own context. Prefer [`run`](Self::run),
    /// [`scope`](Self::scope) and [`enter`](Self::enter), whose end can be seen.
    ///
    /// Node: [`enterWith(store)`](https://nodejs.org/api/async_context.html#asynclocalstorageenterwithstore).
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
    pub fn enter_with(&self, value: impl Into<Arc<T>>) {
        let (key, value) = (self.key_to_set(), value.into());
        setting::set_persistent(Location::caller(), |mapping, setter| {
            let there = mapping.found(key);
            mapping.put_back(key, Guarded::replace(key, setter, value, &there))
        });
    }

    /// Sets the local until the guard is dropped.
    ///
    /// Dropping a guard ends it and the guards of this local entered after it, whose own drop then does nothing. Guards
    /// stay on their thread; over an `.await` use [`scope`](Self::scope).
    ///
    /// Node: [`withScope(store)`](https://nodejs.org/api/async_context.html#class-asynclocalstorage).
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
    pub fn enter(&self, value: impl Into<Arc<T>>) -> LocalGuard<'_, T> {
        LocalGuard::enter(self.key_to_set(), value.into())
    }

    /// Unsets the local everywhere, in every task and on every thread, until it is set again.
    ///
    /// Old values never come back, in no context that captured them. A default shows again.
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
        // Where this very context has a value it is let go of at once; others let go when they end.
        setting::remove(Location::caller(), key);
    }
}

fn set_to<T: Send + Sync + 'static>(value: impl Into<Arc<T>>) -> Value {
    Some(value.into())
}
