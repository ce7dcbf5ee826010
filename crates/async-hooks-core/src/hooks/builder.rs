//! Hooks built from closures.

use std::fmt;

use crate::hooks::attribute_value::AttributeValue;
use crate::hooks::events::Events;
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

/// Builds a hook from closures; see [`create_hook`].
#[must_use = "`build` creates the hook, and `enable` starts it"]
pub struct HookBuilder {
    hook: ClosureHook,
}

impl HookBuilder {
    /// Sets the callback for a resource's creation; it runs in the scope of the creator.
    pub fn init(mut self, callback: impl Fn(&Resource) + Send + Sync + 'static) -> Self {
        self.hook.init = Some(Box::new(callback));
        self
    }

    /// Sets the callback for the start of a poll or call; it runs in the resource's scope.
    pub fn before(mut self, callback: impl Fn(&Resource) + Send + Sync + 'static) -> Self {
        self.hook.before = Some(Box::new(callback));
        self
    }

    /// Sets the callback for the end of a poll or call; it runs in the resource's scope.
    pub fn after(mut self, callback: impl Fn(&Resource) + Send + Sync + 'static) -> Self {
        self.hook.after = Some(Box::new(callback));
        self
    }

    /// Sets the callback for a future that returned `Ready`.
    pub fn resolve(mut self, callback: impl Fn(&Resource) + Send + Sync + 'static) -> Self {
        self.hook.resolve = Some(Box::new(callback));
        self
    }

    /// Sets the callback for the end of a resource.
    pub fn destroy(mut self, callback: impl Fn(&Resource) + Send + Sync + 'static) -> Self {
        self.hook.destroy = Some(Box::new(callback));
        self
    }

    /// Sets the callback for a wake; it receives the woken and the waking resource.
    ///
    /// See [`Hook::wake`].
    pub fn wake(mut self, callback: impl Fn(&Resource, &Resource) + Send + Sync + 'static) -> Self {
        self.hook.wake = Some(Box::new(callback));
        self
    }

    /// Sets the callback for an attribute.
    ///
    /// It receives the resource, the attribute's name and its value.
    ///
    /// See [`Hook::attribute`].
    pub fn attribute(
        mut self,
        callback: impl Fn(&Resource, &'static str, &AttributeValue<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.hook.attribute = Some(Box::new(callback));
        self
    }

    /// Creates the hook, disabled.
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

type Callback = Box<dyn Fn(&Resource) + Send + Sync>;
type WakeCallback = Box<dyn Fn(&Resource, &Resource) + Send + Sync>;
type AttributeCallback = Box<dyn Fn(&Resource, &'static str, &AttributeValue<'_>) + Send + Sync>;

#[derive(Default)]
struct ClosureHook {
    init: Option<Callback>,
    before: Option<Callback>,
    after: Option<Callback>,
    resolve: Option<Callback>,
    destroy: Option<Callback>,
    wake: Option<WakeCallback>,
    attribute: Option<AttributeCallback>,
}

impl Hook for ClosureHook {
    fn init(&self, resource: &Resource) {
        call(&self.init, resource);
    }

    fn before(&self, resource: &Resource) {
        call(&self.before, resource);
    }

    fn after(&self, resource: &Resource) {
        call(&self.after, resource);
    }

    fn resolve(&self, resource: &Resource) {
        call(&self.resolve, resource);
    }

    fn destroy(&self, resource: &Resource) {
        call(&self.destroy, resource);
    }

    fn wake(&self, resource: &Resource, by: &Resource) {
        if let Some(callback) = &self.wake {
            callback(resource, by);
        }
    }

    fn attribute(&self, resource: &Resource, name: &'static str, value: &AttributeValue<'_>) {
        if let Some(callback) = &self.attribute {
            callback(resource, name, value);
        }
    }

    fn events(&self) -> Events {
        let wanted = [
            (self.init.is_some(), Events::INIT),
            (self.before.is_some(), Events::BEFORE),
            (self.after.is_some(), Events::AFTER),
            (self.resolve.is_some(), Events::RESOLVE),
            (self.destroy.is_some(), Events::DESTROY),
            (self.wake.is_some(), Events::WAKE),
            (self.attribute.is_some(), Events::ATTRIBUTE),
        ];
        let given = wanted.into_iter().filter(|(is_given, _)| *is_given);
        given.fold(Events::NONE, |events, (_, event)| events | event)
    }
}

#[inline]
fn call(callback: &Option<Callback>, resource: &Resource) {
    if let Some(callback) = callback {
        callback(resource);
    }
}
