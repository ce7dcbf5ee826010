//! Waits for a task that tries something, and not for ever.

use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::leaks::deadline::Deadline;

/// A runtime that does not run a task for this long is not driven, or blocked.
const LIMIT: Duration = Duration::from_secs(1);

/// What the task returns; `None` if it does not run in time.
pub(crate) async fn outcome<T>(mut task: JoinHandle<T>) -> Option<T> {
    let deadline = Deadline::after(LIMIT, || ());
    poll_fn(|context| {
        if let Poll::Ready(joined) = Pin::new(&mut task).poll(context) {
            return Poll::Ready(joined.ok());
        }
        if deadline.has_fired(context.waker()) {
            task.abort();
            return Poll::Ready(None);
        }
        Poll::Pending
    })
    .await
}
