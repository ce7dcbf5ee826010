//! Hooks that are enabled for a part of the program.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::hooks::handle::AsyncHook;
use crate::hooks::scopes::{self, HookScope, Scopes};

impl AsyncHook {
    /// Runs `f`, with the hook enabled for what `f` causes and for nothing else.
    ///
    /// The hook receives the events of each resource that is created inside, of what those create, and so on, on any thread;
    /// also after `f` has returned, until the last of them ends. It receives nothing of the resource that executes `f`, of
    /// the root, or of what is created inside [`detached`](crate::detached). Use it in tests that run in parallel, or to look
    /// into one request. What other code does meanwhile costs a few instructions for each event.
    ///
    /// The hook may be enabled for all resources at the same time; it then receives each event once. It takes its place in
    /// the order of hooks where the scope begins. [`disable`](Self::disable) ends its scopes too.
    ///
    /// Node has no counterpart: its hooks are global.
    ///
    /// # Panics
    ///
    /// Panics if `f` panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use std::sync::Arc;
    /// use async_hooks_core::{AsyncResource, create_hook};
    ///
    /// let count = Arc::new(AtomicUsize::new(0));
    /// let counted = Arc::clone(&count);
    /// let hook = create_hook().init(move |_| _ = counted.fetch_add(1, Ordering::Relaxed)).build();
    ///
    /// let request = hook.run(|| AsyncResource::new("request"));
    /// let query = request.run_in_async_scope(|| AsyncResource::new("query"));
    /// let other = AsyncResource::new("other");
    /// assert_eq!(count.load(Ordering::Relaxed), 2);
    /// # drop((query, other));
    /// ```
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        match self.open_scope() {
            Some(scope) if !self.is_entered() => {
                let scopes = Scopes::new(Arc::new(scope), scopes::current());
                scopes::run_in(Arc::new(scopes), f)
            }
            _ => f(),
        }
    }

    /// Returns a future with the hook enabled for what the future causes and for nothing else.
    ///
    /// It is [`run`](Self::run) for futures. The future itself is no resource: to receive its polls, wrap it with
    /// [`in_async_resource`](crate::FutureExt::in_async_resource) inside.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use async_hooks_core::{FutureExt as _, create_hook};
    /// # use futures::executor::block_on;
    ///
    /// let kinds = Arc::new(Mutex::new(Vec::new()));
    /// let seen = Arc::clone(&kinds);
    /// let hook = create_hook().resolve(move |resource| seen.lock().unwrap().push(resource.kind())).build();
    ///
    /// block_on(hook.scope(async {
    ///     async {}.in_async_resource("query").await;
    /// }));
    /// assert_eq!(*kinds.lock().unwrap(), ["query"]);
    /// ```
    pub fn scope<F: Future>(&self, future: F) -> HookFuture<F> {
        HookFuture { future: Some(future), hook: self.clone(), scope: self.open_scope().map(Arc::new), entered: None }
    }
}

pin_project! {
    /// A future with a hook enabled for what it causes.
    ///
    /// Returned by [`AsyncHook::scope`]. What the future sets with [`enter_with`](crate::AsyncLocal::enter_with) reaches the
    /// code that awaits it, as without the wrapper.
    ///
    /// ```
    /// use async_hooks_core::{HookFuture, create_hook};
    /// # use futures::executor::block_on;
    ///
    /// fn watched<F: Future>(future: F) -> HookFuture<F> {
    ///     create_hook().init(|resource| println!("{resource:?}")).build().scope(future)
    /// }
    /// assert_eq!(block_on(watched(async { 7 })), 7);
    /// ```
    #[must_use = "futures do nothing unless polled"]
    pub struct HookFuture<F> {
        // `None` only once it was dropped inside the scope, or taken by `into_inner`.
        #[pin]
        future: Option<F>,
        hook: AsyncHook,
        // `None` if the hook panicked in `events()`.
        scope: Option<Arc<HookScope>>,
        // The scopes of the last poll.
        entered: Option<Arc<Scopes>>,
    }

    impl<F> PinnedDrop for HookFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.future.is_some() {
                match scopes_to_enter(this.hook, this.scope.as_ref(), this.entered) {
                    Some(scopes) => scopes::run_in(scopes, || this.future.set(None)),
                    None => this.future.set(None),
                }
            }
        }
    }
}

impl<F> HookFuture<F> {
    /// Returns the future, without the hook.
    ///
    /// ```
    /// use async_hooks_core::create_hook;
    /// # use futures::executor::block_on;
    ///
    /// let future = create_hook().build().scope(async { 7 });
    /// assert_eq!(block_on(future.into_inner()), 7);
    /// ```
    pub fn into_inner(mut self) -> F {
        let Some(future) = self.future.take() else { unreachable!("only `into_inner` and the drop take the future") };
        future
    }
}

impl<F: Future> Future for HookFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        match scopes_to_enter(this.hook, this.scope.as_ref(), this.entered) {
            Some(scopes) => scopes::run_in(scopes, || future.poll(cx)),
            None => future.poll(cx),
        }
    }
}

impl<F> fmt::Debug for HookFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookFuture").field("hook", &self.hook).finish_non_exhaustive()
    }
}

/// The scopes for a poll: the future's own, inside those of the code that polls.
///
/// `None` if that code is in a scope of the hook already. The scopes of the last poll are used again if those of the code that
/// polls are the same.
fn scopes_to_enter(
    hook: &AsyncHook,
    scope: Option<&Arc<HookScope>>,
    entered: &mut Option<Arc<Scopes>>,
) -> Option<Arc<Scopes>> {
    let outer = scopes::current();
    let scope = scope.filter(|_| !hook.is_entered())?;
    if let Some(entered) = entered.as_ref().filter(|entered| entered.is_outer(outer.as_ref())) {
        return Some(Arc::clone(entered));
    }
    let scopes = Arc::new(Scopes::new(Arc::clone(scope), outer));
    *entered = Some(Arc::clone(&scopes));
    Some(scopes)
}
