//! Ids for lines about spans that are new or closed, in any order of format and layer.
//!
//! A format below the layer writes that a span is new before the layer creates its resource. So it sets an id aside, under which
//! the layer creates the resource. A format above the layer writes that a span is closed after the layer has ended its resource. So
//! the layer leaves the ids in the span.

use std::sync::atomic::{AtomicBool, Ordering};

use async_hooks_core::{AsyncId, runtime};
use tracing_subscriber::registry::{LookupSpan, SpanRef};

struct Reserved(AsyncId);

/// Whether there was a layer in this process: without one no span becomes a resource.
static HAS_LAYER: AtomicBool = AtomicBool::new(false);

/// Whether an id was reserved. A program without such lines looks at no span.
static IS_USED: AtomicBool = AtomicBool::new(false);

/// Whether there was a format with ids in this process.
static HAS_FORMAT: AtomicBool = AtomicBool::new(false);

/// A format is made.
pub(crate) fn note_format() {
    HAS_FORMAT.store(true, Ordering::Relaxed);
}

/// Whether a span that is closed keeps the ids of its resource.
#[inline]
pub(crate) fn are_ids_kept() -> bool {
    HAS_FORMAT.load(Ordering::Relaxed)
}

/// A layer is made.
pub(crate) fn note_layer() {
    HAS_LAYER.store(true, Ordering::Relaxed);
}

/// Sets the id of the span aside; `None` if nobody will create the resource.
#[cold]
pub(crate) fn reserve<'r, R: LookupSpan<'r>>(span: &SpanRef<'r, R>) -> Option<AsyncId> {
    if !HAS_LAYER.load(Ordering::Relaxed) {
        return None;
    }
    IS_USED.store(true, Ordering::Relaxed);
    let mut extensions = span.extensions_mut();
    if let Some(reserved) = extensions.get_mut::<Reserved>() {
        return Some(reserved.0);
    }
    let id = runtime::reserve_id();
    extensions.insert(Reserved(id));
    Some(id)
}

/// Takes the id that was reserved for the span.
#[inline]
pub(crate) fn take<'r, R: LookupSpan<'r>>(span: &SpanRef<'r, R>) -> Option<AsyncId> {
    if IS_USED.load(Ordering::Relaxed) { take_reserved(span) } else { None }
}

#[cold]
fn take_reserved<'r, R: LookupSpan<'r>>(span: &SpanRef<'r, R>) -> Option<AsyncId> {
    span.extensions_mut().remove::<Reserved>().map(|reserved| reserved.0)
}
