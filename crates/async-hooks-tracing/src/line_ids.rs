//! Whose ids a line has: those of the span that it is about, or of what executes.

use std::fmt::Debug;

use async_hooks_core::{AsyncId, Resource, execution_async_id, execution_async_resource, trigger_async_id};
use tracing_core::field::{Field, Visit};
use tracing_core::{Event, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use crate::lines_in_any_order;
use crate::span_resource;

/// The ids of one line.
#[derive(Clone, Copy)]
pub(crate) enum LineIds {
    Executing,
    /// Of the span that the line is about, and of its trigger, 0 for none.
    Span(AsyncId, u64),
}

impl LineIds {
    /// Only a line that names a span is about one.
    ///
    /// Its parent is given explicitly, or it says what happens to the span.
    #[inline]
    pub(crate) fn of<S, N>(event: &Event<'_>, context: &FmtContext<'_, S, N>) -> Self
    where
        S: Subscriber + for<'l> LookupSpan<'l>,
        N: for<'w> tracing_subscriber::fmt::FormatFields<'w> + 'static,
    {
        if event.parent().is_none() { LineIds::Executing } else { Self::of_span(event, context) }
    }

    #[cold]
    fn of_span<S, N>(event: &Event<'_>, context: &FmtContext<'_, S, N>) -> Self
    where
        S: Subscriber + for<'l> LookupSpan<'l>,
        N: for<'w> tracing_subscriber::fmt::FormatFields<'w> + 'static,
    {
        let Some(span) = event.parent().and_then(|id| context.span(id)) else { return LineIds::Executing };
        if let Some(resource) = span_resource::of(&span) {
            return Self::of_resource(resource);
        }
        let reserved = if is_new(event) { lines_in_any_order::reserve(&span) } else { None };
        match reserved {
            Some(id) => LineIds::Span(id, trigger_of_new(&span, context.lookup_current().as_ref())),
            None => span_resource::of_ancestor(&span).map_or(LineIds::Executing, Self::of_resource),
        }
    }

    fn of_resource(resource: Resource) -> Self {
        LineIds::Span(resource.async_id(), resource.trigger_async_id().map_or(0, AsyncId::as_u64))
    }

    #[inline]
    pub(crate) fn id(self) -> u64 {
        match self {
            LineIds::Executing => execution_async_id().as_u64(),
            LineIds::Span(id, _) => id.as_u64(),
        }
    }

    #[inline]
    pub(crate) fn trigger(self) -> u64 {
        match self {
            LineIds::Executing => trigger_async_id().map_or(0, AsyncId::as_u64),
            LineIds::Span(_, trigger) => trigger,
        }
    }
}

/// The trigger that the layer above will find.
///
/// A parent that is not the entered span was named.
fn trigger_of_new<'r, S: LookupSpan<'r>>(span: &SpanRef<'r, S>, current: Option<&SpanRef<'r, S>>) -> u64 {
    let executing = execution_async_resource();
    let parent = span.parent().map(|parent| parent.id());
    let is_named = parent.is_some() && parent != current.map(SpanRef::id);
    let is_asked = is_named || executing.trigger_async_id().is_none();
    let ancestor = if is_asked { span_resource::of_ancestor(span) } else { None };
    ancestor.unwrap_or(executing).async_id().as_u64()
}

/// Whether the line says that a span is new, as `FmtSpan::NEW` has it.
fn is_new(event: &Event<'_>) -> bool {
    struct Says(bool);
    impl Visit for Says {
        fn record_str(&mut self, field: &Field, value: &str) {
            self.0 |= field.name() == "message" && value == "new";
        }

        fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
    }
    let mut says = Says(false);
    if event.metadata().is_span() {
        event.record(&mut says);
    }
    says.0
}
