//! A variable whose value follows the flow of control.
//!
//! It follows across `.await`, spawns, callbacks and threads.

use std::any::Any;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use once_cell::sync::OnceCell;

use crate::context::current;
use crate::context::inherit::Inherit;
use crate::context::inheritance::{Fork, InheritPolicy};
use crate::context::mapping::guarded::Guarded;
use crate::context::mapping::node::Key;
use crate::local::key::LocalKey;

/// A variable whose value follows the flow of control: a request id, a user, a deadline.
///
/// Use it for data that many functions of an operation need, and that should not be an argument of each. Tasks, tracked
/// futures, resources and bound callbacks that are created while it is set have the value too, on any thread. Declare
/// it as a `static`, or create it as a value and share it.
///
/// | method | sets the local |
/// |---|---|
/// | [`run`](Self::run) | during a call |
/// | [`scope`](Self::scope) | in all polls of a future |
/// | [`enter`](Self::enter) | until a guard is dropped |
/// | [`enter_with`](Self::enter_with) | for the rest of the executing resource |
///
/// Node: [`AsyncLocalStorage`](https://nodejs.org/api/async_context.html#class-asynclocalstorage);
/// TC39: [`AsyncContext.Variable`](https://tc39.es/proposal-async-context/).
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, FutureExt as _};
///
/// static REQUEST_ID: AsyncLocal<u32> = AsyncLocal::new().named("request id");
///
/// fn deep_inside() -> Option<u32> {
///     REQUEST_ID.with(|id| id.copied())
/// }
///
/// assert_eq!(REQUEST_ID.run(7, deep_inside), Some(7));
/// assert_eq!(deep_inside(), None);
/// ```
pub struct AsyncLocal<T> {
    pub(super) key: LocalKey,
    name: &'static str,
    inherit: Inherit<T>,
    /// Whether a span that brings its context leaves this local alone.
    stays_with_resource: bool,
    default: Option<fn() -> T>,
    made_default: OnceCell<Arc<T>>,
}

impl<T> AsyncLocal<T> {
    /// Creates a local that is unset everywhere.
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    ///
    /// static USER: AsyncLocal<u32> = AsyncLocal::new();
    /// assert_eq!(USER.get(), None);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        AsyncLocal {
            key: LocalKey::new(),
            name: "",
            inherit: Inherit::Always,
            stays_with_resource: false,
            default: None,
            made_default: OnceCell::new(),
        }
    }

    /// Creates a local with a default, which it has while it is not set.
    ///
    /// `default` runs once, when the default is first needed. It must not read the local itself: it would wait for
    /// itself forever.
    ///
    /// Node: the `defaultValue` option.
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    ///
    /// static TENANT: AsyncLocal<String> = AsyncLocal::with_default(|| "public".to_owned());
    /// assert_eq!(*TENANT.get().unwrap(), "public");
    /// assert_eq!(TENANT.exit(|| TENANT.get()), None);
    /// ```
    #[must_use]
    pub const fn with_default(default: fn() -> T) -> Self {
        let mut this = Self::new();
        this.default = Some(default);
        this
    }

    /// Sets the name of the local, for reports and debug output. Node: the `name` option.
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    ///
    /// static USER: AsyncLocal<u32> = AsyncLocal::new().named("user");
    /// assert_eq!(USER.name(), "user");
    /// ```
    #[must_use]
    pub const fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// Sets what spawned tasks and jobs inherit; without it, the value of their spawner.
    ///
    /// Use it for a value that tasks must not share as it is: a task starts without the open transaction of its
    /// spawner, or with a branch of its span. Once such a local has been set, each spawn examines the locals of its
    /// context. Locals without a policy cost nothing.
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, AsyncResource, Inherit};
    ///
    /// static TRANSACTION: AsyncLocal<u32> = AsyncLocal::new().inherit(Inherit::Barrier);
    ///
    /// TRANSACTION.run(42_u32, || {
    ///     let task = AsyncResource::builder("task").spawned().build();
    ///     assert_eq!(task.run_in_async_scope(|| TRANSACTION.get()), None);
    ///     let step = AsyncResource::new("step");
    ///     assert_eq!(step.run_in_async_scope(|| TRANSACTION.get()).as_deref(), Some(&42));
    /// });
    /// ```
    #[must_use]
    pub const fn inherit(mut self, inherit: Inherit<T>) -> Self {
        self.inherit = inherit;
        self
    }

    /// Makes spans leave the local alone: it stays with the executing resource.
    pub(crate) const fn stays_with_resource(mut self) -> Self {
        self.stays_with_resource = true;
        self
    }

    /// Returns the name set by [`named`](Self::named), or `""`.
    ///
    /// Node: `asyncLocalStorage.name`.
    ///
    /// ```
    /// assert_eq!(async_hooks_core::AsyncLocal::<u32>::new().name(), "");
    /// ```
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl<T: Send + Sync + 'static> AsyncLocal<T> {
    /// Returns the current value; `None` if the local is unset.
    ///
    /// A local that is not set has its default, if there is one; inside [`exit`](Self::exit) it has no value. Use `get`
    /// to keep the value; [`with`](Self::with) reads it at a lower cost.
    ///
    /// Node: [`getStore()`](https://nodejs.org/api/async_context.html#asynclocalstoragegetstore).
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    /// assert_eq!(USER.get(), None);
    /// assert_eq!(USER.run("alice", || USER.get()).as_deref(), Some(&"alice"));
    /// ```
    #[inline]
    #[must_use]
    pub fn get(&self) -> Option<Arc<T>> {
        match current::read(|mapping| mapping.get(self.key.get()).cloned()) {
            Some(Some(value)) => value.downcast().map_or_else(get_from_node, Some),
            Some(None) => None,
            None => self.get_default(),
        }
    }

    /// Calls `f` with a reference to the current value; `None` if the local is unset.
    ///
    /// Use it on a hot path: unlike [`get`](Self::get), it does not change a reference count. `f` may do anything, even
    /// set this local; the value that it has received stays the same.
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    ///
    /// static USER: AsyncLocal<String> = AsyncLocal::new();
    /// let length = USER.run("alice".to_owned(), || USER.with(|user| user.map_or(0, String::len)));
    /// assert_eq!(length, 5);
    /// ```
    #[inline]
    pub fn with<R>(&self, f: impl FnOnce(Option<&T>) -> R) -> R {
        current::read(|mapping| match mapping.get(self.key.get()) {
            Some(value) => f(value.as_deref().and_then(value_of)),
            None => f(self.default().map(Arc::as_ref)),
        })
    }

    #[cold]
    fn get_default(&self) -> Option<Arc<T>> {
        self.default().cloned()
    }

    fn default(&self) -> Option<&Arc<T>> {
        let default = self.default?;
        Some(self.made_default.get_or_init(|| Arc::new(default())))
    }

    #[inline]
    pub(crate) fn key_to_set(&self) -> Key {
        self.key.assigned().unwrap_or_else(|| self.assign_key())
    }

    #[cold]
    fn assign_key(&self) -> Key {
        let policy = match self.inherit {
            Inherit::Always => InheritPolicy::Always,
            Inherit::Barrier => InheritPolicy::Barrier,
            Inherit::Fork(fork) => {
                InheritPolicy::Fork(Fork::new(self.name, move |value| Some(Arc::new(fork(value_of(value)?)))))
            }
        };
        self.key.assign(policy, self.stays_with_resource)
    }
}

/// The value in what a mapping stores: the value itself, or a guard's node around it.
#[inline]
fn value_of<T: Send + Sync + 'static>(stored: &(dyn Any + Send + Sync)) -> Option<&T> {
    match stored.downcast_ref() {
        Some(value) => Some(value),
        None => value_in_node(stored),
    }
}

/// The value in a guard's node.
#[cold]
fn value_in_node<T: Send + Sync + 'static>(stored: &(dyn Any + Send + Sync)) -> Option<&T> {
    Guarded::of(stored)?.value.downcast_ref()
}

/// Like [`value_in_node`], but returns a reference that the caller can keep.
#[cold]
fn get_from_node<T: Send + Sync + 'static>(stored: Arc<dyn Any + Send + Sync>) -> Option<Arc<T>> {
    Arc::clone(&Guarded::of(&*stored)?.value).downcast().ok()
}

// As for a `Snapshot`: values are shared, not changed, and the context changes in one step.
impl<T> UnwindSafe for AsyncLocal<T> {}
impl<T> RefUnwindSafe for AsyncLocal<T> {}

impl<T> Default for AsyncLocal<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for AsyncLocal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncLocal").field("name", &self.name).finish_non_exhaustive()
    }
}
