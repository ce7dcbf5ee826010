//! Hooks built from closures.

use std::fmt;

use crate::hooks::attribute_value::AttributeValue;
use crate::hooks::closure_hook::ClosureHook;
use crate::hooks::handle::AsyncHook;
use crate::hooks::hook::Hook;
use crate::identity::resource::Resource;

/// Starts to build a hook from closures; it receives the events that have a closure.
///
/// Node: [`createHook(callbacks)`](https://nodejs.org/api/async_hooks.html#async_hookscreatehookoptions).
///
/// # Examples
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use async_hooks_core::{AsyncResource, create_hook};
///
/// let seen = Arc::new(Mutex::new(Vec::new()));
/// let (inits, destroys) = (Arc::clone(&seen), Arc::clone(&seen));
/// let hook = create_hook()
///     .init(move |resource| inits.lock().unwrap().push(("init", resource.async_id())))
///     .destroy(move |resource| destroys.lock().unwrap().push(("destroy", resource.async_id())))
///     .build();
///
/// let _enabled = hook.enable_scoped();
/// let query = AsyncResource::new("query");
/// let id = query.async_id();
/// drop(query);
/// # seen.lock().unwrap().retain(|(_, other)| *other == id); // doc tests share a process
/// assert_eq!(*seen.lock().unwrap(), [("init", id), ("destroy", id)]);
/// ```
pub fn create_hook() -> HookBuilder {
    HookBuilder { hook: ClosureHook::default() }
}

/// Builds a hook from closures; made by [`create_hook`].
///
/// The hook wants exactly the events that have a callback. Setting a callback again replaces it.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{HookBuilder, create_hook};
///
/// fn with_ends(builder: HookBuilder) -> HookBuilder {
///     builder.destroy(|resource| println!("{} has ended", resource.async_id()))
/// }
/// let hook = with_ends(create_hook().init(|_| {})).build();
/// assert!(hook.enable().is_enabled());
/// # hook.disable();
/// ```
#[must_use = "`build` creates the hook, and `enable` starts it"]
pub struct HookBuilder {
    hook: ClosureHook,
}

impl HookBuilder {
    /// Sets the callback for a resource's creation; it runs in the scope of the creator.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use async_hooks_core::{AsyncResource, create_hook};
    ///
    /// static INITS: AtomicUsize = AtomicUsize::new(0);
    /// let hook = create_hook().init(|resource| {
    ///     if resource.kind() == "counted init" {
    ///         INITS.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// });
    /// let _enabled = hook.build().enable_scoped();
    ///
    /// drop(AsyncResource::new("counted init"));
    /// assert_eq!(INITS.load(Ordering::Relaxed), 1);
    /// ```
    pub fn init(mut self, callback: impl Fn(&Resource) + Send + Sync + 'static) -> Self {
        self.hook.init = Some(Box::new(callback));
        self
    }

    /// Sets the callback for the start of a poll or call; it runs in the resource's scope.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use async_hooks_core::{AsyncResource, create_hook};
    ///
    /// static STARTS: AtomicUsize = AtomicUsize::new(0);
    /// let hook = create_hook().before(|resource| {
    ///     if resource.kind() == "counted before" {
    ///         STARTS.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// });
    /// let _enabled = hook.build().enable_scoped();
    ///
    /// let job = AsyncResource::new("counted before");
    /// job.run_in_async_scope(|| assert_eq!(STARTS.load(Ordering::Relaxed), 1));
    /// ```
    pub fn before(mut self, callback: impl Fn(&Resource) + Send + Sync + 'static) -> Self {
        self.hook.before = Some(Box::new(callback));
        self
    }

    /// Sets the callback for the end of a poll or call; it runs in the resource's scope.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use async_hooks_core::{AsyncResource, create_hook};
    ///
    /// static ENDS: AtomicUsize = AtomicUsize::new(0);
    /// let hook = create_hook().after(|resource| {
    ///     if resource.kind() == "counted after" {
    ///         ENDS.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// });
    /// let _enabled = hook.build().enable_scoped();
    ///
    /// let job = AsyncResource::new("counted after");
    /// job.run_in_async_scope(|| assert_eq!(ENDS.load(Ordering::Relaxed), 0));
    /// assert_eq!(ENDS.load(Ordering::Relaxed), 1);
    /// ```
    pub fn after(mut self, callback: impl Fn(&Resource) + Send + Sync + 'static) -> Self {
        self.hook.after = Some(Box::new(callback));
        self
    }

    /// Sets the callback for a future that returned `Ready`.
    ///
    /// It runs before the `after` of that poll.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use async_hooks_core::{FutureExt as _, create_hook};
    ///
    /// static RESULTS: AtomicUsize = AtomicUsize::new(0);
    /// let hook = create_hook().resolve(|resource| {
    ///     if resource.kind() == "counted resolve" {
    ///         RESULTS.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// });
    /// let _enabled = hook.build().enable_scoped();
    ///
    /// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// let query = pin!(async { 7 }.in_async_resource("counted resolve"));
    /// assert_eq!(query.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(7));
    /// assert_eq!(RESULTS.load(Ordering::Relaxed), 1);
    /// ```
    pub fn resolve(mut self, callback: impl Fn(&Resource) + Send + Sync + 'static) -> Self {
        self.hook.resolve = Some(Box::new(callback));
        self
    }

    /// Sets the callback for the end of a resource.
    ///
    /// It runs in the scope of the code that dropped the resource.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use async_hooks_core::{AsyncResource, create_hook};
    ///
    /// static ENDED: AtomicUsize = AtomicUsize::new(0);
    /// let hook = create_hook().destroy(|resource| {
    ///     if resource.kind() == "counted destroy" {
    ///         ENDED.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// });
    /// let _enabled = hook.build().enable_scoped();
    ///
    /// let job = AsyncResource::new("counted destroy");
    /// assert_eq!(ENDED.load(Ordering::Relaxed), 0);
    /// drop(job);
    /// assert_eq!(ENDED.load(Ordering::Relaxed), 1);
    /// ```
    pub fn destroy(mut self, callback: impl Fn(&Resource) + Send + Sync + 'static) -> Self {
        self.hook.destroy = Some(Box::new(callback));
        self
    }

    /// Sets the callback for a wake; it receives the woken and the waking resource.
    ///
    /// [`Hook::wake`] says when it is called, and has an example with two resources.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use async_hooks_core::{FutureExt as _, create_hook};
    /// # use std::{future::{Future, poll_fn}, pin::pin, task::{Context, Poll, Waker}};
    ///
    /// static WAKES: AtomicUsize = AtomicUsize::new(0);
    ///
    /// let hook = create_hook().wake(|resource, by| {
    ///     if resource.kind() == "counted wake" && by == resource {
    ///         WAKES.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// });
    /// let _enabled = hook.build().enable_scoped();
    ///
    /// let waking_itself = poll_fn(|cx| {
    ///     cx.waker().wake_by_ref();
    ///     Poll::<()>::Pending
    /// });
    /// let future = pin!(waking_itself.in_async_resource("counted wake"));
    /// assert!(future.poll(&mut Context::from_waker(Waker::noop())).is_pending());
    /// assert_eq!(WAKES.load(Ordering::Relaxed), 1);
    /// ```
    pub fn wake(mut self, callback: impl Fn(&Resource, &Resource) + Send + Sync + 'static) -> Self {
        self.hook.wake = Some(Box::new(callback));
        self
    }

    /// Sets the callback for an attribute.
    ///
    /// It receives the resource, the attribute's name and its value.
    ///
    /// [`Hook::attribute`] says when it is called; [`set_attribute`](crate::set_attribute) has an example with numbers.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use async_hooks_core::{AsyncResource, AttributeValue, create_hook, set_attribute};
    ///
    /// let users = Arc::new(Mutex::new(Vec::new()));
    /// let seen = Arc::clone(&users);
    /// let hook = create_hook().attribute(move |_, name, value| {
    ///     if let ("user", AttributeValue::Str(user)) = (name, value) {
    ///         seen.lock().unwrap().push(String::from(*user));
    ///     }
    /// });
    /// let _enabled = hook.build().enable_scoped();
    ///
    /// AsyncResource::new("request").run_in_async_scope(|| set_attribute("user", "alice"));
    /// assert_eq!(*users.lock().unwrap(), ["alice"]);
    /// ```
    pub fn attribute(
        mut self,
        callback: impl Fn(&Resource, &'static str, &AttributeValue<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.hook.attribute = Some(Box::new(callback));
        self
    }

    /// Creates the hook, disabled.
    ///
    /// ```
    /// assert!(!async_hooks_core::create_hook().init(|_| {}).build().is_enabled());
    /// ```
    #[must_use = "a hook receives events once it is enabled"]
    pub fn build(self) -> AsyncHook {
        AsyncHook::new(self.hook)
    }
}

impl fmt::Debug for HookBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookBuilder").field("events", &self.hook.events()).finish()
    }
}
