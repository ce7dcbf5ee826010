//! The resource of a span, where the registry keeps it: among the span's extensions.
//!
//! The extensions are behind a lock, and no hook may run while it is held. So what hooks receive is copied first, and a
//! resource is created before it is stored and dropped after it was removed.

use std::mem;
use std::sync::Arc;

use async_hooks_core::runtime::{self, EntryKey, OfferedTask};
use async_hooks_core::{AsyncResource, Resource};
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use crate::lines_in_any_order::are_ids_kept;
use crate::span_cache;
use crate::waker_events::Waits;

/// A type of our own, since extensions are distinguished by type.
pub(crate) enum SpanResource {
    /// The span is a resource.
    Own(AsyncResource),
    /// The span is a task.
    ///
    /// Once a runtime has taken the task over, entering the span changes nothing.
    Task(Arc<OfferedTask>, Arc<Waits>),
    /// It is the same as a resource that was there before: it names it, and no more.
    Named(Resource),
}

impl SpanResource {
    #[inline]
    fn resource(&self) -> Resource {
        match self {
            SpanResource::Own(own) => own.resource(),
            SpanResource::Task(task, _) => task.resource(),
            SpanResource::Named(named) => *named,
        }
    }

    /// What executes while the span is entered, if that is for the span to say.
    #[inline]
    fn to_enter(&self) -> Option<&AsyncResource> {
        match self {
            SpanResource::Own(own) => Some(own),
            SpanResource::Task(task, _) if !task.is_taken_over() => Some(task),
            SpanResource::Task(..) | SpanResource::Named(_) => None,
        }
    }

    /// So that this thread knows the span when it enters it again.
    ///
    /// A task is looked up each time, because a runtime may take it over.
    #[inline]
    pub(crate) fn remember(&self, key: EntryKey) {
        if let SpanResource::Own(own) = self {
            span_cache::remember(key, own);
        }
    }
}

impl Drop for SpanResource {
    /// Needed when the registry itself clears the span's data.
    ///
    /// Then no layer is left to be notified that the span is closed.
    #[inline]
    fn drop(&mut self) {
        match self {
            SpanResource::Own(own) => {
                span_cache::end(own.async_id());
                runtime::leave_ended(own);
            }
            SpanResource::Task(task, _) => runtime::leave_ended(task),
            SpanResource::Named(_) => {}
        }
    }
}

/// The resource of the span; `None` without one, or if the layer was filtered out.
#[inline]
pub(crate) fn of<'r, R: LookupSpan<'r>>(span: &SpanRef<'r, R>) -> Option<Resource> {
    span.extensions().get::<SpanResource>().map(SpanResource::resource)
}

/// The task that the span is, and what it waits for.
pub(crate) fn task<'r, R: LookupSpan<'r>>(span: &SpanRef<'r, R>) -> Option<(Resource, Arc<Waits>)> {
    match span.extensions().get::<SpanResource>()? {
        SpanResource::Task(task, waits) => Some((task.resource(), Arc::clone(waits))),
        SpanResource::Own(_) | SpanResource::Named(_) => None,
    }
}

/// Makes the span's resource the executing one, if it has one. Hooks do not learn of it yet.
#[inline]
pub(crate) fn enter<'r, R: LookupSpan<'r>>(span: &SpanRef<'r, R>, key: EntryKey) -> bool {
    let extensions = span.extensions();
    let Some(entered) = extensions.get::<SpanResource>() else { return false };
    let is_entered = entered.to_enter().is_some_and(|resource| runtime::enter(resource, key));
    if is_entered {
        entered.remember(key);
    }
    is_entered
}

/// Stores the span's resource and returns the previous one.
///
/// There is a previous one only if a layer is installed twice.
#[inline]
#[must_use]
pub(crate) fn store<'r, R: LookupSpan<'r>>(span: &SpanRef<'r, R>, resource: SpanResource) -> Option<SpanResource> {
    span.extensions_mut().replace(resource)
}

/// Ends the span's resource, which the caller drops.
#[inline]
#[must_use]
pub(crate) fn end<'r, R: LookupSpan<'r>>(span: &SpanRef<'r, R>) -> Option<SpanResource> {
    if are_ids_kept() { end_named(span) } else { span.extensions_mut().remove::<SpanResource>() }
}

/// A format may write that the span is closed after that; it finds the ids.
#[inline(never)]
fn end_named<'r, R: LookupSpan<'r>>(span: &SpanRef<'r, R>) -> Option<SpanResource> {
    let mut extensions = span.extensions_mut();
    let resource = extensions.get_mut::<SpanResource>()?;
    let named = SpanResource::Named(resource.resource());
    Some(mem::replace(resource, named))
}

/// The nearest ancestor of the span that is a resource.
#[inline(always)]
pub(crate) fn of_ancestor<'r, R: LookupSpan<'r>>(span: &SpanRef<'r, R>) -> Option<Resource> {
    // Most often there is none: then nothing is looked up.
    nearest(span.parent()?)
}

#[cold]
fn nearest<'r, R: LookupSpan<'r>>(span: SpanRef<'r, R>) -> Option<Resource> {
    span.scope().find_map(|ancestor| of(&ancestor))
}
