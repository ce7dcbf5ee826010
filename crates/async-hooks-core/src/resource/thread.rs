//! Threads that are async resources: std's `spawn`, `Builder` and `scope`, tracked.
//!
//! | instead of | write |
//! |---|---|
//! | `std::thread::spawn` | [`spawn`] |
//! | `std::thread::Builder` | [`Builder`] |
//! | `std::thread::scope` | [`scope`] |
//!
//! A thread is a resource of kind `"thread"`. Its trigger is the resource that spawns it, and it has the values that every
//! [`AsyncLocal`](crate::AsyncLocal) has at the spawn; a local with an [`inherit`](crate::AsyncLocal::inherit) policy
//! crosses by that policy. The thread's function is a call and no future: it sends `before` and `after` once, and no
//! `resolve`. `destroy` is sent before `join` returns. All functions return std's own handles.
//!
//! Node: a worker thread, which shares neither ids nor stores with its parent.
//!
//! # Examples
//!
//! ```
//! use async_hooks_core::{AsyncLocal, execution_async_resource, thread};
//!
//! static USER: AsyncLocal<&str> = AsyncLocal::new();
//!
//! let thread = USER.run("alice", || thread::spawn(|| (execution_async_resource().kind(), USER.get())));
//! let (kind, user) = thread.join().unwrap();
//! assert_eq!(kind, "thread");
//! assert_eq!(user.as_deref(), Some(&"alice"));
//! ```

use std::io;
use std::thread::{JoinHandle, ScopedJoinHandle};

use crate::resource::envelope::Envelope;

/// Spawns a thread that is an async resource: `std::thread::spawn`, tracked.
///
/// # Panics
///
/// Panics if the system cannot create a thread, as `std::thread::spawn` does. [`Builder::spawn`] returns the error.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{execution_async_id, thread, trigger_async_id};
///
/// let spawner = execution_async_id();
/// assert_eq!(thread::spawn(trigger_async_id).join().unwrap(), Some(spawner));
/// ```
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    std::thread::spawn(tracked(f))
}

/// Runs `f` with a scope for threads that borrow: `std::thread::scope`, tracked.
///
/// `f` receives the [`Scope`] by value; it is `Copy`.
///
/// # Panics
///
/// Panics if `f` panics, or if a thread panicked that was not joined by hand, as `std::thread::scope` does.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, thread};
///
/// static USER: AsyncLocal<String> = AsyncLocal::new();
///
/// let word = String::from("hello");
/// USER.run("alice".to_owned(), || {
///     thread::scope(|scope| {
///         scope.spawn(|| println!("{word}, {}", USER.get().unwrap()));
///         scope.spawn(|| assert_eq!(*USER.get().unwrap(), "alice"));
///     });
/// });
/// ```
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(Scope<'scope, 'env>) -> T,
{
    std::thread::scope(|scope| f(Scope(scope)))
}

/// Spawns threads that end before [`scope`] returns.
///
/// std's `Scope` is passed by reference; this one is a `Copy`, so pass it by value.
///
/// ```
/// use async_hooks_core::thread::{self, Scope};
///
/// fn count<'scope>(scope: Scope<'scope, '_>, words: &'scope [&str]) -> usize {
///     let threads: Vec<_> = words.iter().map(|word| scope.spawn(move || word.len())).collect();
///     threads.into_iter().map(|thread| thread.join().unwrap()).sum()
/// }
/// let words = ["one", "two"];
/// assert_eq!(thread::scope(|scope| count(scope, &words)), 6);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Scope<'scope, 'env>(&'scope std::thread::Scope<'scope, 'env>);

impl<'scope> Scope<'scope, '_> {
    /// Spawns a thread that is an async resource, and that may borrow from outside the scope.
    ///
    /// # Panics
    ///
    /// Panics if the system cannot create a thread. [`Builder::spawn_scoped`] returns the error.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::{execution_async_resource, thread};
    ///
    /// let kind = thread::scope(|scope| scope.spawn(|| execution_async_resource().kind()).join().unwrap());
    /// assert_eq!(kind, "thread");
    /// ```
    ///
    /// A thread that spawns further ones takes the scope along with `move`, and references to what it borrows:
    ///
    /// ```
    /// use async_hooks_core::thread;
    ///
    /// let word = String::from("hello");
    /// let word = &word;
    /// let length = thread::scope(|scope| scope.spawn(move || scope.spawn(|| word.len()).join().unwrap()).join().unwrap());
    /// assert_eq!(length, 5);
    /// ```
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.0.spawn(tracked(f))
    }
}

/// Spawns a thread with a name or a stack size: `std::thread::Builder`, tracked.
///
/// # Examples
///
/// ```
/// use async_hooks_core::thread;
///
/// # fn main() -> std::io::Result<()> {
/// let thread = thread::Builder::new().name("reader".to_owned()).stack_size(64 * 1024).spawn(|| {
///     std::thread::current().name().map(str::to_owned)
/// })?;
/// assert_eq!(thread.join().unwrap().as_deref(), Some("reader"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "`spawn` creates the thread"]
pub struct Builder(std::thread::Builder);

#[allow(clippy::new_without_default, reason = "std's builder has no default either")]
impl Builder {
    /// Starts to build a thread.
    ///
    /// ```
    /// use async_hooks_core::thread;
    ///
    /// let thread = thread::Builder::new().spawn(|| 7).unwrap();
    /// assert_eq!(thread.join().unwrap(), 7);
    /// ```
    pub fn new() -> Self {
        Builder(std::thread::Builder::new())
    }

    /// Sets the thread's name, which panic messages and debuggers show.
    ///
    /// The kind of the resource stays `"thread"`.
    ///
    /// ```
    /// use async_hooks_core::thread;
    ///
    /// let thread = thread::Builder::new().name("reader".to_owned()).spawn(|| ()).unwrap();
    /// assert_eq!(thread.thread().name(), Some("reader"));
    /// ```
    pub fn name(self, name: String) -> Self {
        Builder(self.0.name(name))
    }

    /// Sets the size of the thread's stack, in bytes.
    ///
    /// ```
    /// use async_hooks_core::thread;
    ///
    /// let thread = thread::Builder::new().stack_size(64 * 1024).spawn(|| 7).unwrap();
    /// assert_eq!(thread.join().unwrap(), 7);
    /// ```
    pub fn stack_size(self, size: usize) -> Self {
        Builder(self.0.stack_size(size))
    }

    /// Spawns the thread, tracked like [`spawn`].
    ///
    /// # Errors
    ///
    /// Returns the system's error if it cannot create a thread. What `f` owns is then dropped inside the resource, which
    /// is destroyed.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::{execution_async_resource, thread};
    ///
    /// let thread = thread::Builder::new().spawn(|| execution_async_resource().kind()).unwrap();
    /// assert_eq!(thread.join().unwrap(), "thread");
    /// ```
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.0.spawn(tracked(f))
    }

    /// Spawns the thread in a scope, tracked like [`Scope::spawn`].
    ///
    /// # Errors
    ///
    /// Returns the system's error if it cannot create a thread.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::thread;
    ///
    /// let word = String::from("hello");
    /// let length = thread::scope(|scope| {
    ///     let thread = thread::Builder::new().spawn_scoped(scope, || word.len()).unwrap();
    ///     thread.join().unwrap()
    /// });
    /// assert_eq!(length, 5);
    /// ```
    #[track_caller]
    pub fn spawn_scoped<'scope, F, T>(self, scope: Scope<'scope, '_>, f: F) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.0.spawn_scoped(scope.0, tracked(f))
    }
}

/// The function of a thread, in an envelope of its spawner.
#[inline]
#[track_caller]
fn tracked<F: FnOnce() -> T, T>(f: F) -> impl FnOnce() -> T {
    let function = Envelope::new("thread", f);
    move || function.run(|f| f())
}
