//! The resource of a span, where the registry keeps it: among the span's extensions.
//!
//! Those are behind a lock, and no hook may run while it is held. So what hooks are told is copied out first, and a
//! resource is created before it is stored and dropped after it was taken out.

use async_hooks_core::adapter::{self, Key};
use async_hooks_core::{AsyncResource, Resource};
use tracing_subscriber::registry::{LookupSpan, SpanRef};

/// A type of our own, since extensions are told apart by type.
struct SpanResource(AsyncResource);

/// Which resource the span is; `None` when it was made without the layer, or filtered out for it.
#[inline]
pub(crate) fn of<'r, R: LookupSpan<'r>>(span: &SpanRef<'r, R>) -> Option<Resource> {
    span.extensions().get::<SpanResource>().map(|stored| stored.0.resource())
}

/// Makes the span's resource the executing one, if it has one, without word to hooks.
#[inline]
pub(crate) fn enter_unannounced<'r, R: LookupSpan<'r>>(span: &SpanRef<'r, R>, key: Key) -> bool {
    let extensions = span.extensions();
    extensions.get::<SpanResource>().is_some_and(|stored| adapter::enter_unannounced(&stored.0, key))
}

/// Gives the span its resource, and back the one it had: only a layer that is installed twice has given it one before.
#[inline]
#[must_use]
pub(crate) fn store<'r, R: LookupSpan<'r>>(span: &SpanRef<'r, R>, resource: AsyncResource) -> Option<AsyncResource> {
    span.extensions_mut().replace(SpanResource(resource)).map(|replaced| replaced.0)
}

#[inline]
#[must_use]
pub(crate) fn take<'r, R: LookupSpan<'r>>(span: &SpanRef<'r, R>) -> Option<AsyncResource> {
    span.extensions_mut().remove::<SpanResource>().map(|taken| taken.0)
}
