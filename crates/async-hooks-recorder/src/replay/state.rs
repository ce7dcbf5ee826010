//! What a resource did in a stretch of its life.

use async_hooks_core::AsyncId;

/// What a resource did in a stretch of its life.
///
/// # Examples
///
/// ```
/// use async_hooks_recorder::{State, WaitingFor};
///
/// /// Whether the resource waited for another one.
/// fn waits_for_another(state: &State) -> bool {
///     matches!(state, State::Waiting { for_whom: WaitingFor::Resource(_), .. })
/// }
/// assert!(!waits_for_another(&State::Queued));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum State {
    /// It was polled or called.
    #[non_exhaustive]
    Running {
        /// The name of the thread.
        thread: String,
    },
    /// It had been woken, or created, and was not polled yet: the runtime was busy.
    Queued,
    /// It waited to be woken.
    #[non_exhaustive]
    Waiting {
        /// Whose work ended the wait.
        for_whom: WaitingFor,
        /// The resource that called the waker: the root where none executed.
        ///
        /// `None` if no wake was seen.
        woken_by: Option<AsyncId>,
    },
}

/// Whose work ended a wait.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncId;
/// use async_hooks_recorder::WaitingFor;
///
/// let task = AsyncId::from_u64(7).unwrap();
/// assert_ne!(WaitingFor::Resource(task), WaitingFor::Unknown);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum WaitingFor {
    /// Another resource: a task that was joined, the holder of a lock, the sender of a message.
    Resource(AsyncId),
    /// A timer.
    Timer,
    /// A socket, or something else that the system reports as ready.
    Io,
    /// Not known: no wake was seen, or a thread outside all resources woke.
    Unknown,
}
