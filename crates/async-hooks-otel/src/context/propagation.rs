//! Captures and attaches OpenTelemetry's context.

use async_hooks_core::{ForeignContext, Propagation, propagate};
use async_hooks_http::{SpanId, TraceContext, trace_context};
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry::{Context, ContextGuard};

use crate::context::span_context::span_context;

/// Carries OpenTelemetry's `Context` along with every local, once it is enabled.
///
/// `Context::current()` of the creator is then current in every resource, task, snapshot and envelope, and while what they own is
/// dropped. In automatic mode that includes plain `tokio::spawn`.
///
/// In a request of `async_hooks::http::RequestLayer` the context holds the span of that request, so spans that the handler starts
/// with OpenTelemetry's API, or with `tracing-opentelemetry`, are its children. The same in `TraceContext::run` and `scope`, for
/// what is created there.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_otel::propagate_context;
/// use opentelemetry::Context;
///
/// #[derive(Debug, PartialEq)]
/// struct Tenant(&'static str);
///
/// propagate_context().enable();
///
/// let job = {
///     let _attached = Context::new().with_value(Tenant("acme")).attach();
///     AsyncResource::new("job")
/// };
/// assert_eq!(Context::current().get::<Tenant>(), None);
/// job.run_in_async_scope(|| assert_eq!(Context::current().get(), Some(&Tenant("acme"))));
/// ```
#[must_use = "`enable` starts it"]
pub fn propagate_context() -> Propagation {
    propagate(OpenTelemetry)
}

struct OpenTelemetry;

/// The span of ours that a context was made for. What the program adds to that context stays.
struct MadeFor(SpanId);

impl ForeignContext for OpenTelemetry {
    type Value = Context;
    type Guard = ContextGuard;

    /// An empty context is carried along as well: it hides what the polling thread has attached.
    fn capture(&self) -> Option<Context> {
        Some(match trace_context() {
            Some(trace) => Context::map_current(|context| in_trace(context, &trace)),
            None => Context::current(),
        })
    }

    fn attach(&self, context: &Context) -> ContextGuard {
        context.clone().attach()
    }
}

/// This context, with the span of the request that executes, unless it is in it already.
fn in_trace(context: &Context, trace: &TraceContext) -> Context {
    if context.get::<MadeFor>().is_some_and(|made_for| made_for.0 == trace.span_id()) {
        return context.clone();
    }
    context.with_remote_span_context(span_context(trace)).with_value(MadeFor(trace.span_id()))
}
