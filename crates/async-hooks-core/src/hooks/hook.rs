//! The trait of hooks: one callback per event.

use crate::hooks::attribute_value::AttributeValue;
use crate::hooks::events::Events;
use crate::identity::resource::Resource;

/// Receives the lifecycle events of every async resource.
///
/// The events of a resource are `init`, then `before` and `after` around each poll or call, `resolve`, and `destroy`. A
/// hook that asks for them also receives every `wake` and every `attribute`.
///
/// Implement the trait for a hook with state, and enable it with [`AsyncHook::new`](crate::AsyncHook::new); for a few
/// closures [`create_hook`](crate::create_hook) is shorter. All methods do nothing by default.
///
/// A hook runs on the thread that raises the event, inside the program's own call, so it should be short. Hooks are not
/// observed: what a hook does raises no events, so a hook may log, spawn and use resources without recursion.
///
/// # Panics
///
/// The panic of a hook is caught and reported in one line on stderr, and the hook is disabled. The program and the other
/// hooks continue. Two panics cannot be caught: one in a program built with `panic = "abort"`, and one in a hook that is
/// called from the program's own panic hook.
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
    /// A resource was created; runs in the creator's scope, before the creating call returns.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use async_hooks_core::{AsyncHook, AsyncId, AsyncResource, Hook, Resource};
    ///
    /// /// Each resource, and what caused it.
    /// #[derive(Default)]
    /// struct Causes(Mutex<Vec<(AsyncId, Option<AsyncId>)>>);
    ///
    /// impl Hook for Causes {
    ///     fn init(&self, resource: &Resource) {
    ///         self.0.lock().unwrap().push((resource.async_id(), resource.trigger_async_id()));
    ///     }
    /// }
    ///
    /// let causes = Arc::new(Causes::default());
    /// AsyncHook::new(Arc::clone(&causes)).run(|| {
    ///     let request = AsyncResource::new("request");
    ///     let query = request.run_in_async_scope(|| AsyncResource::new("query"));
    ///     assert_eq!(causes.0.lock().unwrap()[1], (query.async_id(), Some(request.async_id())));
    /// });
    /// ```
    fn init(&self, resource: &Resource) {
        let _ = resource;
    }

    /// A poll or call starts; runs in the resource's scope. [`after`](Self::after) shows both.
    fn before(&self, resource: &Resource) {
        let _ = resource;
    }

    /// A poll or call ended, by return or panic; runs in the resource's scope.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use async_hooks_core::{AsyncHook, AsyncResource, Hook, Resource};
    ///
    /// #[derive(Default)]
    /// struct Depth(AtomicUsize);
    ///
    /// impl Hook for Depth {
    ///     fn before(&self, _: &Resource) {
    ///         self.0.fetch_add(1, Ordering::Relaxed);
    ///     }
    ///
    ///     fn after(&self, _: &Resource) {
    ///         self.0.fetch_sub(1, Ordering::Relaxed);
    ///     }
    /// }
    ///
    /// let depth = Arc::new(Depth::default());
    /// AsyncHook::new(Arc::clone(&depth)).run(|| {
    ///     let job = AsyncResource::new("job");
    ///     job.run_in_async_scope(|| assert_eq!(depth.0.load(Ordering::Relaxed), 1));
    ///     assert_eq!(depth.0.load(Ordering::Relaxed), 0);
    /// });
    /// ```
    fn after(&self, resource: &Resource) {
        let _ = resource;
    }

    /// A future returned `Ready`; runs before the `after` of that poll, at most once.
    ///
    /// ```
    /// use std::future::{Future as _, ready};
    /// use std::pin::pin;
    /// use std::sync::{Arc, Mutex};
    /// use std::task::{Context, Waker};
    /// use async_hooks_core::{AsyncHook, FutureExt as _, Hook, Resource};
    ///
    /// #[derive(Default)]
    /// struct Done(Mutex<Vec<&'static str>>);
    ///
    /// impl Hook for Done {
    ///     fn resolve(&self, resource: &Resource) {
    ///         self.0.lock().unwrap().push(resource.kind());
    ///     }
    /// }
    ///
    /// let done = Arc::new(Done::default());
    /// AsyncHook::new(Arc::clone(&done)).run(|| {
    ///     let mut query = pin!(ready(7).in_async_resource("query"));
    ///     assert!(query.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    ///     drop(ready(7).in_async_resource("cancelled query"));
    /// });
    /// assert_eq!(*done.0.lock().unwrap(), ["query"]);
    /// ```
    fn resolve(&self, resource: &Resource) {
        let _ = resource;
    }

    /// The resource ended; runs once, last, in the scope of the code that dropped it.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use async_hooks_core::{AsyncHook, AsyncResource, Hook, Resource, execution_async_id};
    ///
    /// #[derive(Default)]
    /// struct Ends(Mutex<Vec<String>>);
    ///
    /// impl Hook for Ends {
    ///     fn destroy(&self, resource: &Resource) {
    ///         let end = format!("{} dropped by {}", resource.kind(), execution_async_id());
    ///         self.0.lock().unwrap().push(end);
    ///     }
    /// }
    ///
    /// let ends = Arc::new(Ends::default());
    /// AsyncHook::new(Arc::clone(&ends)).run(|| {
    ///     let (job, cleaner) = (AsyncResource::new("job"), AsyncResource::new("cleaner"));
    ///     cleaner.run_in_async_scope(|| drop(job));
    ///     assert_eq!(*ends.0.lock().unwrap(), [format!("job dropped by {}", cleaner.async_id())]);
    /// });
    /// ```
    fn destroy(&self, resource: &Resource) {
        let _ = resource;
    }

    /// The resource `by` wakes `resource`, to be polled again.
    ///
    /// `by` is the resource that executes on the waking thread: the root on a thread that executes none. On a thread of a runtime
    /// the root means the runtime: its driver, where timers fire and sockets are ready, and its scheduler, which wakes a task that
    /// has yielded when its poll has ended. Nothing tells these apart. A task that has used up its cooperative budget
    /// is woken by the scheduler, too, and that wake is reported as the task's own.
    ///
    /// Sent only to hooks whose [`events`](Self::events) include [`Events::WAKE`]. Futures that are resources (tasks spawned
    /// by `async_hooks::tokio`, [`ResourceFuture`](crate::ResourceFuture)s) raise it from their next poll on, at each call of
    /// their waker, even if they have been woken already. A wake of a resource inside another one is also a wake of the
    /// outer one, and is sent from the inside out. A resource that has ended raises it only if another thread was waking it
    /// at that moment.
    ///
    /// It runs inside `wake`, on the waking thread, before the executor gets the task, and the caller of the waker may hold
    /// locks. So a hook should be short here and must not block: it can count, or store what it sees for later.
    ///
    /// Node has no counterpart; tokio-console counts wakes, but does not know their causes.
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
    /// // A reader that hands out its waker, like a future that waits for a channel.
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
    fn wake(&self, resource: &Resource, by: &Resource) {
        let _ = (resource, by);
    }

    /// An attribute was set on the resource; runs in the resource's scope.
    ///
    /// Sent only to hooks whose [`events`](Self::events) include [`Events::ATTRIBUTE`], once for each call of
    /// [`set_attribute`](crate::set_attribute) inside a resource.
    ///
    /// The value arrives as it was set, whatever its length and its characters. A hook that stores values copies at most a
    /// fixed number of bytes of each (256 is customary), and escapes what it prints.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use async_hooks_core::{AsyncHook, AsyncResource, AttributeValue, Events, Hook, Resource, set_attribute};
    ///
    /// #[derive(Default)]
    /// struct Attributes(Mutex<Vec<String>>);
    ///
    /// impl Hook for Attributes {
    ///     fn events(&self) -> Events {
    ///         Events::ATTRIBUTE
    ///     }
    ///
    ///     fn attribute(&self, resource: &Resource, name: &'static str, value: &AttributeValue<'_>) {
    ///         self.0.lock().unwrap().push(format!("{}: {name} = {value:?}", resource.kind()));
    ///     }
    /// }
    ///
    /// let attributes = Arc::new(Attributes::default());
    /// AsyncHook::new(Arc::clone(&attributes)).run(|| {
    ///     AsyncResource::new("request").run_in_async_scope(|| set_attribute("status", 200_u64));
    /// });
    /// assert_eq!(*attributes.0.lock().unwrap(), ["request: status = U64(200)"]);
    /// ```
    fn attribute(&self, resource: &Resource, name: &'static str, value: &AttributeValue<'_>) {
        let _ = (resource, name, value);
    }

    /// Several attributes were set on the resource at once.
    ///
    /// An adapter for HTTP does so when a request begins. The default calls [`attribute`](Self::attribute) for each.
    ///
    /// OpenTelemetry: [`Span.setAttributes`](https://opentelemetry.io/docs/specs/otel/trace/api/#set-attributes).
    ///
    /// ```
    /// # use std::sync::atomic::{AtomicUsize, Ordering::Relaxed}; use async_hooks_core::{AttributeValue, Hook, Resource};
    /// struct Count(AtomicUsize);
    /// impl Hook for Count {
    ///     fn attributes(&self, _: &Resource, attributes: &[(&'static str, AttributeValue<'_>)]) {
    ///         self.0.fetch_add(attributes.len(), Relaxed);
    ///     }
    /// }
    /// let count = Count(0.into());
    /// count.attributes(&Resource::for_test("request"), &[("path", "/orders".into()), ("rows", 3_u32.into())]);
    /// assert_eq!(count.0.into_inner(), 2);
    /// ```
    fn attributes(&self, resource: &Resource, attributes: &[(&'static str, AttributeValue<'_>)]) {
        attributes.iter().for_each(|(name, value)| self.attribute(resource, name, value));
    }

    /// Returns the events this hook wants; called once each time the hook is enabled.
    ///
    /// Events that no enabled hook wants cost nothing. The default is [`Events::LIFECYCLE`]: a hook asks for
    /// [`WAKE`](Events::WAKE) and [`ATTRIBUTE`](Events::ATTRIBUTE) itself.
    ///
    /// ```
    /// use async_hooks_core::{Events, Hook};
    ///
    /// struct Wakes;
    /// impl Hook for Wakes {
    ///     fn events(&self) -> Events {
    ///         Events::LIFECYCLE | Events::WAKE
    ///     }
    /// }
    /// assert!(Wakes.events().contains(Events::DESTROY));
    /// ```
    fn events(&self) -> Events {
        Events::LIFECYCLE
    }
}
