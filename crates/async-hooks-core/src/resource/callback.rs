//! Callbacks that run as a resource, wherever they are called from.

use crate::resource::async_resource::AsyncResource;

/// Binds a callback to a resource of its own, made here: kind `"bound-fn"`, with the context of this line.
///
/// Use it on the way into whatever calls back later from elsewhere: a queue, a pool, an event emitter.
///
/// Node: [`AsyncResource.bind(fn)`](https://nodejs.org/api/async_context.html#static-method-asyncresourcebindfn-type-thisarg).
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
    /// Turns the resource into a callback that runs in its scope at each call; dropping the callback destroys the resource.
    ///
    /// What the callback owns is dropped inside the resource's scope, before `destroy`.
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

    /// As [`bind`](Self::bind), for a callback that is called once; the resource is destroyed when that call has ended.
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
    /// `None` only when it has been called for the last time, or dropped, inside the scope of the resource.
    callback: Option<F>,
    resource: AsyncResource,
}

impl<F> Bound<F> {
    fn call<A, R>(&self, argument: A) -> R
    where
        F: Fn(A) -> R,
    {
        let Some(callback) = &self.callback else { unreachable!("taken by `drop` and by `call_once`, which consumes") };
        self.resource.run_in_async_scope(|| callback(argument))
    }

    fn call_once<A, R>(mut self, argument: A) -> R
    where
        F: FnOnce(A) -> R,
    {
        let Some(callback) = self.callback.take() else { unreachable!("taken by `drop` and by this, which consumes") };
        self.resource.run_in_async_scope(|| callback(argument))
    }
}

impl<F> Drop for Bound<F> {
    fn drop(&mut self) {
        self.resource.run_silently(|| self.callback = None);
    }
}
