//! Callbacks that run as a resource on each call.

use crate::resource::async_resource::AsyncResource;

/// Binds a callback to a new resource of kind `"bound-fn"`, with the context of this call.
///
/// Use it to pass a callback to code that calls it later from another place: a queue, a pool, an event emitter. The
/// callback runs in the scope of the resource at each call, and its drop destroys the resource.
///
/// Node:
/// [`AsyncResource.bind(fn)`](https://nodejs.org/api/async_context.html#static-method-asyncresourcebindfn-type-thisarg).
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, bind};
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// let greet = USER.run("alice", || bind(|word: &str| format!("{word}, {}", USER.get().unwrap())));
/// assert_eq!(greet("hello"), "hello, alice");
/// ```
#[track_caller]
pub fn bind<A, R>(f: impl Fn(A) -> R) -> impl Fn(A) -> R {
    AsyncResource::new("bound-fn").bind(f)
}

impl AsyncResource {
    /// Turns the resource into a callback that runs in its scope at each call.
    ///
    /// Use it instead of [`bind`](crate::bind) to choose the kind or the trigger. Dropping the callback drops what it
    /// owns inside the scope, and then destroys the resource.
    ///
    /// Node: [`asyncResource.bind(fn)`](https://nodejs.org/api/async_context.html#asyncresourcebindfn-thisarg).
    ///
    /// ```
    /// use async_hooks_core::{AsyncResource, execution_async_id};
    ///
    /// let job = AsyncResource::new("job");
    /// let id = job.async_id();
    /// let callback = job.bind(|()| execution_async_id());
    /// assert_eq!((callback(()), callback(())), (id, id));
    /// ```
    pub fn bind<A, R>(self, f: impl Fn(A) -> R) -> impl Fn(A) -> R {
        let bound = Bound { callback: Some(f), resource: self };
        move |argument| bound.call(argument)
    }

    /// Turns the resource into a callback that is called once, in its scope.
    ///
    /// Use it instead of [`bind`](Self::bind) for an `FnOnce`. The resource is destroyed when the call has ended, or
    /// when the callback is dropped without a call.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    ///
    /// let name = String::from("alice");
    /// let callback = AsyncResource::new("job").bind_once(move |()| name);
    /// assert_eq!(callback(()), "alice");
    /// ```
    pub fn bind_once<A, R>(self, f: impl FnOnce(A) -> R) -> impl FnOnce(A) -> R {
        let bound = Bound { callback: Some(f), resource: self };
        move |argument| bound.call_once(argument)
    }
}

struct Bound<F> {
    /// `None` once `call_once` or the drop has taken it, to drop it inside the scope.
    callback: Option<F>,
    resource: AsyncResource,
}

impl<F> Bound<F> {
    fn call<A, R>(&self, argument: A) -> R
    where
        F: Fn(A) -> R,
    {
        let Some(callback) = &self.callback else { unreachable!("only `call_once` and the drop take the callback") };
        self.resource.run_in_async_scope(|| callback(argument))
    }

    fn call_once<A, R>(mut self, argument: A) -> R
    where
        F: FnOnce(A) -> R,
    {
        let Some(callback) = self.callback.take() else {
            unreachable!("only `call_once` and the drop take the callback")
        };
        self.resource.run_once(|| callback(argument))
    }
}

impl<F> Drop for Bound<F> {
    #[inline]
    fn drop(&mut self) {
        if self.callback.is_some() {
            self.resource.run_silently(|| self.callback = None);
        }
    }
}
