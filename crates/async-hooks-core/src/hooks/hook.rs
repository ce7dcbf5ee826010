//! What a hook is: a callback for each event.

use std::sync::Arc;

use crate::hooks::events::Events;
use crate::identity::resource::Resource;

/// Told of the life of every async resource: `init`, then `before` and `after` around each poll or call, `resolve`, and
/// `destroy`; and, if it asks, of every `wake`.
///
/// Implement it for a hook that keeps state of its own, and enable it through [`AsyncHook::new`](crate::AsyncHook::new);
/// for a few closures [`create_hook`](crate::create_hook) is shorter. All methods do nothing by default.
///
/// Hooks run on the thread of the program they watch, between its own lines, so they should be short. They are not
/// observed: whatever a hook does itself reaches no hook, so a hook may log, spawn and use resources without recursion.
///
/// # Panics
///
/// A hook that panics is caught, disabled, and reported in one line on stderr. The program and other hooks go on. Two panics
/// nobody can catch: one in a program built with `panic = "abort"`, and one of a hook that is called from the program's own
/// panic hook.
///
/// Node: the callbacks of [`createHook`](https://nodejs.org/api/async_hooks.html#async_hookscreatehookoptions);
/// `resolve` is `promiseResolve`.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use async_hooks_core::{AsyncHook, AsyncResource, Events, Hook, Resource};
///
/// #[derive(Default)]
/// struct Queries {
///     count: AtomicUsize,
/// }
///
/// impl Hook for Queries {
///     fn init(&self, resource: &Resource) {
///         if resource.kind() == "counted query" {
///             self.count.fetch_add(1, Ordering::Relaxed);
///         }
///     }
///
///     fn events(&self) -> Events {
///         Events::INIT
///     }
/// }
///
/// let queries = Arc::new(Queries::default());
/// let _enabled = AsyncHook::new(Arc::clone(&queries)).enable_scoped();
/// drop(AsyncResource::new("counted query"));
/// assert_eq!(queries.count.load(Ordering::Relaxed), 1);
/// ```
pub trait Hook: Send + Sync + 'static {
    /// A resource was created; runs in its creator's scope, before the creating call returns.
    fn init(&self, resource: &Resource) {
        let _ = resource;
    }

    /// A poll or a call begins; runs inside the resource's scope.
    fn before(&self, resource: &Resource) {
        let _ = resource;
    }

    /// A poll or a call has ended, by a panic too; runs inside the resource's scope.
    fn after(&self, resource: &Resource) {
        let _ = resource;
    }

    /// A future returned `Ready`; runs before the `after` of that poll, once at most.
    fn resolve(&self, resource: &Resource) {
        let _ = resource;
    }

    /// The resource is gone; runs once, last, in the scope of whoever dropped it.
    fn destroy(&self, resource: &Resource) {
        let _ = resource;
    }

    /// The resource is being woken, to be polled again, and `by` is what does it: what executes on the waking thread, which is
    /// the root on a thread that executes nothing, such as a runtime's driver.
    ///
    /// Only for a hook whose [`events`](Self::events) name [`Events::WAKE`]. It is heard of futures that are resources
    /// (tasks spawned by `async_hooks::tokio`, [`ResourceFuture`](crate::ResourceFuture)s) from their next poll on, each time
    /// their waker is called, also when they have been woken already. A wake of a resource inside another one passes through
    /// that one too, from the inside out. Of a resource that has ended nothing is heard, unless another thread was about to
    /// wake it at that moment.
    ///
    /// It runs inside `wake`, on the waking thread, before the task is handed to its executor; and whoever calls a waker may
    /// hold locks of their own. So keep it short and wait for nothing in there: count, or note it down for later.
    ///
    /// Node has no counterpart; tokio-console counts wakes, but does not know who caused them.
    ///
    /// ```
    /// use std::future::{Future as _, poll_fn};
    /// use std::pin::pin;
    /// use std::sync::{Arc, Mutex, mpsc};
    /// use std::task::{Context, Poll, Waker};
    /// use async_hooks_core::{AsyncResource, FutureExt as _, create_hook};
    ///
    /// let seen = Arc::new(Mutex::new(Vec::new()));
    /// let noted = Arc::clone(&seen);
    /// let hook = create_hook().wake(move |resource, by| noted.lock().unwrap().push((resource.kind(), by.kind())));
    /// let _enabled = hook.build().enable_scoped();
    ///
    /// // A reader that hands out its waker, as one that waits for a channel does.
    /// let (keep, kept) = mpsc::channel();
    /// let reader = poll_fn(move |cx| {
    ///     let _ = keep.send(cx.waker().clone());
    ///     Poll::<()>::Pending
    /// });
    /// let mut reader = pin!(reader.in_async_resource("reader"));
    /// assert!(reader.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    ///
    /// AsyncResource::new("writer").run_in_async_scope(|| kept.recv().unwrap().wake());
    /// # seen.lock().unwrap().retain(|(kind, _)| *kind == "reader"); // doc tests share a process
    /// assert_eq!(*seen.lock().unwrap(), [("reader", "writer")]);
    /// ```
    fn wake(&self, resource: &Resource, by: Resource) {
        let _ = (resource, by);
    }

    /// Which events this hook wants; asked once, when it is enabled. Events that no enabled hook wants cost nothing.
    ///
    /// By default [`Events::ALL`], which leaves out `WAKE`.
    fn events(&self) -> Events {
        Events::ALL
    }
}

/// A hook that its owner keeps a handle to, to read what it has gathered.
impl<H: Hook + ?Sized> Hook for Arc<H> {
    fn init(&self, resource: &Resource) {
        (**self).init(resource);
    }

    fn before(&self, resource: &Resource) {
        (**self).before(resource);
    }

    fn after(&self, resource: &Resource) {
        (**self).after(resource);
    }

    fn resolve(&self, resource: &Resource) {
        (**self).resolve(resource);
    }

    fn destroy(&self, resource: &Resource) {
        (**self).destroy(resource);
    }

    fn wake(&self, resource: &Resource, by: Resource) {
        (**self).wake(resource, by);
    }

    fn events(&self) -> Events {
        (**self).events()
    }
}
