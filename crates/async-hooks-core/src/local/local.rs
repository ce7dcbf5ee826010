//! A value that follows the flow of control: across `.await`, spawns, callbacks and threads.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use once_cell::sync::OnceCell;

use crate::context::current;
use crate::context::inherit::Inherit;
use crate::context::inheritance::{Fork, InheritPolicy};
use crate::context::mapping::guarded::Guarded;
use crate::context::mapping::node::Key;
use crate::local::key::LocalKey;

/// A value that follows the flow of control: the request's id, the user, the deadline.
///
/// Whatever is created while it is set (tasks, tracked futures, resources, bound callbacks) sees it too, on any thread.
/// Declare it as a `static`, or make it as a value and share it.
///
/// | to set it | for |
/// |---|---|
/// | [`run`](Self::run) | the length of a call |
/// | [`scope`](Self::scope) | a future, over all its polls |
/// | [`enter`](Self::enter) | a block, until the guard is dropped |
/// | [`enter_with`](Self::enter_with) | the rest of the executing resource |
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
    /// Whether spans that bring their context leave this local alone.
    stays_with_resource: bool,
    default: Option<fn() -> T>,
    made_default: OnceCell<Arc<T>>,
}

impl<T> AsyncLocal<T> {
    /// A local that is unset everywhere.
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

    /// A local that has this value wherever it is not set; `default` runs once, when first needed.
    ///
    /// It must not read the local it makes the default of: that waits for itself.
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

    /// Gives the local a name for reports and debug output. Node: the `name` option.
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

    /// Says what of the local a spawned task or job gets; without it, its spawner's value.
    ///
    /// Reach for it where a value must not be shared between tasks as it is: an open transaction stays behind, a span of a
    /// trace grows a branch. It costs each spawn a look at what is set, and locals without it nothing.
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

    /// Keeps the local with the executing resource: a span never brings or unsets it. For markers of the tools of this family.
    #[doc(hidden)]
    #[must_use]
    pub const fn stays_with_resource(mut self) -> Self {
        self.stays_with_resource = true;
        self
    }

    /// The name given by [`named`](Self::named), else `""`. Node: `asyncLocalStorage.name`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl<T: Send + Sync + 'static> AsyncLocal<T> {
    /// The value here, to keep; `None` where it is unset or exited.
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
            Some(Some(value)) => value.downcast().map_or_else(get_guarded, Some),
            Some(None) => None,
            None => self.get_default(),
        }
    }

    /// Looks at the value here without touching its reference count: the way to read on a hot path.
    ///
    /// `f` may do anything, changing this very local included; what it was given stays as it was.
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
    pub(super) fn key_to_set(&self) -> Key {
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

/// What a mapping holds, with guards or without.
#[inline]
fn value_of<T: Send + Sync + 'static>(stored: &(dyn Any + Send + Sync)) -> Option<&T> {
    match stored.downcast_ref() {
        Some(value) => Some(value),
        None => value_in_guards(stored),
    }
}

/// Of a value that is held by guards; apart, since few are.
#[cold]
fn value_in_guards<T: Send + Sync + 'static>(stored: &(dyn Any + Send + Sync)) -> Option<&T> {
    Guarded::of(stored)?.value.downcast_ref()
}

/// As [`value_in_guards`], to keep.
#[cold]
fn get_guarded<T: Send + Sync + 'static>(stored: Arc<dyn Any + Send + Sync>) -> Option<Arc<T>> {
    Arc::clone(&Guarded::of(&*stored)?.value).downcast().ok()
}

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
