//! Traces outside of requests: a message of a queue, a job that a clock starts.

use std::future::Future;

use async_hooks_core::AsyncLocalFuture;

use crate::current::flow::{FLOW, Flow};
use crate::wire::trace_context::TraceContext;

impl TraceContext {
    /// Runs `f` in this trace.
    ///
    /// Inside, [`trace_context`](crate::trace_context) returns this context, and calls carry its trace id. Within a request, the request's id, label and baggage stay what they are. Given a future, nothing of it would run
    /// inside: use [`scope`](Self::scope).
    ///
    /// OpenTelemetry: `context.with`.
    ///
    /// # Panics
    ///
    /// Panics if `f` panics; the previous context is restored first.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_http::{TraceContext, inject};
    ///
    /// let job = TraceContext::start();
    /// let mut headers = http::HeaderMap::new();
    /// job.run(|| inject(&mut headers));
    /// assert_eq!(TraceContext::from_headers(&headers).unwrap().trace_id(), job.trace_id());
    /// ```
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        FLOW.run(Flow::of_trace(self.clone()), f)
    }

    /// Returns a future that runs in this trace, in all its polls.
    ///
    /// It is [`run`](Self::run) for futures.
    ///
    /// ```
    /// use async_hooks_http::{TraceContext, trace_context};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let message = TraceContext::start();
    /// let handled = message.scope(async { trace_context() });
    /// assert_eq!(handled.await, Some(message));
    /// # }
    /// ```
    pub fn scope<F: Future>(&self, future: F) -> AsyncLocalFuture<F> {
        FLOW.scope(Flow::of_trace(self.clone()), future)
    }
}
