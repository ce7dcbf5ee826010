//! The ids of a span, asked of the span itself.

use async_hooks_core::{AsyncId, Resource};
use tracing::Span;
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::span_resource;

/// The async ids of a [`tracing::Span`], whether or not it is entered.
///
/// Use it to hand a span's id to something that takes ids: as the trigger of a resource, as the key of a map. All answers
/// are `None` for a span that is no resource: one that is disabled or filtered out, one of a subscriber without
/// [`layer`](crate::layer), or without a `tracing_subscriber::Registry` at its root.
///
/// Node: `asyncId()` and `triggerAsyncId()` of an `AsyncResource`.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncId;
/// use async_hooks_tracing::SpanExt as _;
/// use tracing_subscriber::prelude::*;
///
/// let subscriber = tracing_subscriber::registry().with(async_hooks_tracing::layer());
/// tracing::subscriber::with_default(subscriber, || {
///     let connection = tracing::info_span!("connection");
///     let request = tracing::info_span!(parent: &connection, "request");
///     assert_eq!(connection.trigger_async_id(), Some(AsyncId::ROOT));
///     assert_eq!(request.trigger_async_id(), connection.async_id());
/// });
/// assert_eq!(tracing::Span::none().async_id(), None);
/// ```
pub trait SpanExt: sealed::Sealed {
    /// Returns the id of the resource that the span is.
    ///
    /// ```
    /// use async_hooks_core::execution_async_id;
    /// use async_hooks_tracing::SpanExt as _;
    /// use tracing_subscriber::prelude::*;
    ///
    /// let subscriber = tracing_subscriber::registry().with(async_hooks_tracing::layer());
    /// tracing::subscriber::with_default(subscriber, || {
    ///     let span = tracing::info_span!("request");
    ///     assert_eq!(span.async_id(), Some(span.in_scope(execution_async_id)));
    /// });
    /// ```
    fn async_id(&self) -> Option<AsyncId>;

    /// Returns the id of the resource that caused the span.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_tracing::SpanExt as _;
    /// use tracing_subscriber::prelude::*;
    ///
    /// let subscriber = tracing_subscriber::registry().with(async_hooks_tracing::layer());
    /// tracing::subscriber::with_default(subscriber, || {
    ///     let job = AsyncResource::new("job");
    ///     let span = job.run_in_async_scope(|| tracing::info_span!("step"));
    ///     assert_eq!(span.trigger_async_id(), Some(job.async_id()));
    /// });
    /// ```
    fn trigger_async_id(&self) -> Option<AsyncId>;
}

impl SpanExt for Span {
    fn async_id(&self) -> Option<AsyncId> {
        resource(self).map(|resource| resource.async_id())
    }

    fn trigger_async_id(&self) -> Option<AsyncId> {
        resource(self).and_then(|resource| resource.trigger_async_id())
    }
}

fn resource(span: &Span) -> Option<Resource> {
    let found = span.with_subscriber(|(id, dispatch)| {
        let registry = dispatch.downcast_ref::<Registry>()?;
        span_resource::of(&registry.span(id)?)
    });
    found.flatten()
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for tracing::Span {}
}
