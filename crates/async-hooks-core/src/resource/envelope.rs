//! A message that travels with its sender's context and trigger.

use std::fmt;
use std::future::Future;
use std::mem::ManuallyDrop;

use crate::identity::resource::Resource;
use crate::resource::async_resource::AsyncResource;
use crate::resource::future::ResourceFuture;

/// A value with its sender's context and trigger, for channels, queues and mailboxes.
///
/// Use it where one task handles the messages of many others: an actor, a pool of workers, a dispatcher. The receiver
/// opens the envelope with [`run`](Self::run) or [`scope`](Self::scope), and handles the message as the resource that
/// the envelope is, with the values that its sender had. Before and after, the receiver is itself.
///
/// Its creation is a spawn: a local with an [`inherit`](crate::AsyncLocal::inherit) policy crosses by that policy.
/// An envelope that nobody opens drops the value inside its resource, and then sends `destroy`.
///
/// Node: an `AsyncResource` for each task of a
/// [worker pool](https://nodejs.org/api/async_context.html#using-asyncresource-for-a-worker-thread-pool).
///
/// # Examples
///
/// An actor. It handles each message as its sender:
///
/// ```
/// use std::sync::mpsc;
/// use std::thread;
/// use async_hooks_core::{AsyncId, AsyncLocal, Envelope, execution_async_id};
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// let (mailbox, messages) = mpsc::channel::<Envelope<u32>>();
/// let actor = thread::spawn(move || {
///     for message in messages {
///         message.run(|number| println!("{number} from {:?}", USER.get()));
///         assert_eq!((USER.get(), execution_async_id()), (None, AsyncId::ROOT));
///     }
/// });
///
/// USER.run("alice", || mailbox.send(Envelope::new("message", 1)))?;
/// USER.run("bob", || mailbox.send(Envelope::new("message", 2)))?;
/// # drop(mailbox);
/// # actor.join().unwrap();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "an envelope that is dropped destroys its resource unread"]
pub struct Envelope<T> {
    /// `None` once the envelope was opened.
    ///
    /// One `Option` for both, which takes no room: an envelope is moved on its way.
    parts: Option<(T, AsyncResource)>,
}

/// The future of a message: it runs as the resource of its [`Envelope`].
///
/// Returned by [`Envelope::scope`]. What it owns is dropped inside the resource, when the future is dropped.
///
/// ```
/// use async_hooks_core::{Envelope, EnvelopeFuture};
///
/// fn handle(message: Envelope<u32>) -> EnvelopeFuture<impl Future<Output = u32>> {
///     message.scope(|number| async move { number + 1 })
/// }
/// assert_eq!(handle(Envelope::new("message", 1)).resource().kind(), "message");
/// ```
pub type EnvelopeFuture<F> = ResourceFuture<F>;

impl<T> Envelope<T> {
    /// Puts a value into an envelope: a new resource of this kind.
    ///
    /// The executing resource is its trigger. Sends `init`.
    ///
    /// ```
    /// use async_hooks_core::{Envelope, execution_async_id};
    ///
    /// let message = Envelope::new("message", 7);
    /// assert_eq!(message.resource().trigger_async_id(), Some(execution_async_id()));
    /// ```
    // Always inlined, because a call would pass the envelope through memory twice.
    #[inline(always)]
    #[track_caller]
    pub fn new(kind: &'static str, value: T) -> Self {
        Envelope { parts: Some((value, AsyncResource::builder(kind).spawned().build())) }
    }

    /// Returns the description of the resource that this envelope is.
    ///
    /// ```
    /// use async_hooks_core::Envelope;
    ///
    /// assert_eq!(Envelope::new("message", 7).resource().kind(), "message");
    /// ```
    #[must_use]
    pub fn resource(&self) -> Resource {
        match &self.parts {
            Some((_, resource)) => resource.resource(),
            None => unreachable!("an envelope is opened by methods that consume it"),
        }
    }

    /// Calls `f` with the value, as the resource of the envelope and with its sender's values.
    ///
    /// It sends `before` and `after` around `f`, and `destroy` when `f` has returned. It sends no `resolve`, because a
    /// call is no future. What `f` sets with [`enter_with`](crate::AsyncLocal::enter_with) ends with the call.
    ///
    /// # Panics
    ///
    /// Panics if `f` panics; ids and context of the receiver are restored first.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, Envelope};
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let message = USER.run("alice", || Envelope::new("message", 7));
    /// assert_eq!(message.run(|number| (number, *USER.get().unwrap())), (7, "alice"));
    /// ```
    // Always inlined, as `new` is.
    #[inline(always)]
    pub fn run<R>(self, f: impl FnOnce(T) -> R) -> R {
        let (value, mut resource) = self.open();
        resource.run_once(|| f(value))
    }

    /// Returns a future that handles the value in the scope of the envelope.
    ///
    /// It has the sender's values.
    ///
    /// `f` is called at once, inside the resource, to create the future. Await the future to handle one message after
    /// the other, or spawn it to handle several at once.
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, Envelope};
    /// # use futures::executor::block_on;
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let message = USER.run("alice", || Envelope::new("message", 7));
    /// let handled = message.scope(|number| async move { (number, *USER.get().unwrap()) });
    /// assert_eq!(block_on(handled), (7, "alice"));
    /// ```
    pub fn scope<F: Future>(self, f: impl FnOnce(T) -> F) -> EnvelopeFuture<F> {
        let (value, mut resource) = self.open();
        let future = resource.run_silently(|| f(value));
        resource.scope(future)
    }

    /// Returns the value, and destroys the resource without `resolve`.
    ///
    /// Use it for a message that is not handled here: to answer that the queue is full, or to send it on.
    ///
    /// ```
    /// use async_hooks_core::Envelope;
    ///
    /// assert_eq!(Envelope::new("message", 7).into_inner(), 7);
    /// ```
    pub fn into_inner(self) -> T {
        self.open().0
    }

    /// Takes both parts out.
    ///
    /// `ManuallyDrop`, because nothing is left to drop, and the compiler does not see that.
    #[inline(always)]
    fn open(self) -> (T, AsyncResource) {
        match ManuallyDrop::new(self).parts.take() {
            Some(parts) => parts,
            None => unreachable!("an envelope is opened by methods that consume it"),
        }
    }
}

impl<T> Drop for Envelope<T> {
    /// Drops the value inside the resource.
    fn drop(&mut self) {
        if let Some((value, mut resource)) = self.parts.take() {
            resource.run_silently(|| drop(value));
        }
    }
}

impl<T> fmt::Debug for Envelope<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope").field("resource", &self.resource()).finish_non_exhaustive()
    }
}
