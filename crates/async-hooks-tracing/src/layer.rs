//! The layer that makes every span an async resource.

use std::fmt;
use std::marker::PhantomData;
use std::mem;
use std::num::NonZeroU64;
use std::sync::Arc;

use async_hooks_core::runtime::{self, EntryKey};
use async_hooks_core::{AsyncId, AsyncResource, AsyncResourceBuilder, Location, execution_async_id};
use tracing_core::span::{Attributes, Id};
use tracing_core::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use crate::callsite;
use crate::lines_in_any_order;
use crate::span_cache;
use crate::span_resource::{self, SpanResource};
use crate::tokio_spans::SpanRole;
use crate::waker_events::WakerEvent;

/// The layer that makes every span an async resource; add it to the subscriber, once.
///
/// From then on hooks observe spans as they observe tasks: `init` when a span is created, `before` and `after` around
/// the time it is entered, `destroy` when it is closed. Its kind is the span's name, its location the line of the
/// macro. A parent that the macro names (`info_span!(parent: &connection, …)`) is its trigger, or the nearest ancestor of that
/// which is a resource; otherwise the trigger is the executing resource, and in the root the nearest such ancestor of the entered span.
///
/// While a span is entered, ids are the span's, and so are values: entering brings the context in which the span was created, in
/// ROOT, in a task and in a request alike. What the executing resource has set itself since it began stays on top; what it was
/// created with gives way, and a local that the span's context lacks is unset. A span that was created where no value was set, or
/// whose context would change nothing, brings nothing: that is most spans, and costs one comparison. What
/// [`enter_with`](async_hooks_core::AsyncLocal::enter_with) sets inside a span goes to its surroundings, or is forgotten with the
/// context that the span brought.
///
/// Spans may be left out of order, from inside another scope or after its end, be entered twice or on several threads at once,
/// outlive their scope, and stay entered over the end of a poll: the thread then shows what is still entered. What a layer that was
/// reloaded away had entered ends when its span closes, or when the thread next enters a span. `.instrument(span)` enters around
/// each poll, and once more to drop the future.
///
/// Of tokio's own spans, present with its `tracing` feature, tasks become `tokio::task` and `tokio::blocking`, timers and
/// locks `tokio::Sleep`, `tokio::Mutex` and so on, at the user's line.
///
/// It takes part in per-layer filtering: `layer().with_filter(LevelFilter::INFO)` makes resources of the spans that pass.
///
/// In Node, whose nearest is the asynchronous operation itself, nothing is installed: every operation is a resource there.
///
/// # Examples
///
/// A value that reaches a task which only its span tracks:
///
/// ```
/// use async_hooks_core::AsyncLocal;
/// use tracing::Instrument as _;
/// use tracing_subscriber::prelude::*;
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// tracing_subscriber::registry().with(async_hooks_tracing::layer()).init();
///
/// let request = USER.run("alice", || tracing::info_span!("request"));
/// let user = tokio::spawn(async { USER.get() }.instrument(request)).await.unwrap();
/// assert_eq!(user.as_deref(), Some(&"alice"));
/// # }
/// ```
#[must_use = "a layer does something once a subscriber has it"]
pub fn layer<S>() -> HooksLayer<S>
where
    S: Subscriber + for<'l> LookupSpan<'l>,
{
    lines_in_any_order::note_layer();
    HooksLayer { number: runtime::begin_layer(), subscriber: PhantomData }
}

/// Makes a resource of every span; made by [`layer`].
///
/// Name it where a layer is stored or returned; `S` is the subscriber below it.
///
/// # Examples
///
/// ```
/// use async_hooks_tracing::{HooksLayer, SpanExt as _, layer};
/// use tracing_subscriber::{Registry, prelude::*};
///
/// fn hooks() -> HooksLayer<Registry> {
///     layer()
/// }
/// let subscriber = tracing_subscriber::registry().with(hooks());
/// tracing::subscriber::with_default(subscriber, || {
///     assert!(tracing::info_span!("request").async_id().is_some());
/// });
/// ```
pub struct HooksLayer<S> {
    /// Two subscribers may give the same id to two spans.
    number: u64,
    subscriber: PhantomData<fn(S)>,
}

impl<S> Layer<S> for HooksLayer<S>
where
    S: Subscriber + for<'l> LookupSpan<'l>,
{
    /// One that comes from another subscriber has known other spans by these ids.
    fn on_layer(&mut self, _: &mut S) {
        runtime::end_layer(mem::replace(&mut self.number, runtime::begin_layer()));
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let created = match lines_in_any_order::take(&span) {
            Some(reserved) => create_reserved(reserved, attributes, &span),
            None => create(attributes, &span),
        };
        if let Some(resource) = created {
            resource.remember(self.key(id));
            drop(span_resource::store(&span, resource));
        }
    }

    #[inline]
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if let Some(event) = WakerEvent::of(event).filter(|_| runtime::wants_wakes()) {
            report_wake(&event, &context);
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        runtime::leave_gone_layers();
        let key = self.key(id);
        if span_cache::enter(key) || enter_by_lookup(id, key, &context) {
            runtime::emit_before();
        }
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        // What this thread has entered it finds without asking the registry.
        if !runtime::leave(self.key(id)) {
            leave_what_another_has_entered(id, &context);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        if let Some(span) = context.span(&id) {
            drop(span_resource::end(&span));
        }
    }
}

/// A subscriber that drops the layer tells nobody that its spans are left.
impl<S> Drop for HooksLayer<S> {
    fn drop(&mut self) {
        runtime::end_layer(self.number);
    }
}

#[cold]
fn report_wake<S>(event: &WakerEvent, context: &Context<'_, S>)
where
    S: Subscriber + for<'l> LookupSpan<'l>,
{
    let Some(id) = NonZeroU64::new(event.span) else { return };
    // Copied first: hooks run without the lock of the span's data.
    let task = context.span(&Id::from_non_zero_u64(id)).and_then(|span| span_resource::task(&span));
    if let Some((woken, waits)) = task {
        event.report(&woken, &waits);
    }
}

impl<S> HooksLayer<S> {
    #[inline]
    fn key(&self, id: &Id) -> EntryKey {
        EntryKey(self.number, id.into_u64())
    }
}

/// Makes the span's resource the executing one, without word to hooks.
#[inline(never)]
fn enter_by_lookup<S>(id: &Id, key: EntryKey, context: &Context<'_, S>) -> bool
where
    S: Subscriber + for<'l> LookupSpan<'l>,
{
    context.span(id).is_some_and(|span| span_resource::enter(&span, key))
}

/// A span may have no resource, or was entered under a layer that has been replaced.
#[cold]
fn leave_what_another_has_entered<S>(id: &Id, context: &Context<'_, S>)
where
    S: Subscriber + for<'l> LookupSpan<'l>,
{
    if let Some(resource) = context.span(id).and_then(|span| span_resource::of(&span)) {
        runtime::leave_resource(&resource);
    }
}

impl<S> fmt::Debug for HooksLayer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HooksLayer").finish_non_exhaustive()
    }
}

/// The trigger of a span where that is another one than what executes.
///
/// It is the nearest ancestor that is a resource, of the parent that the macro names; or, in the root, of the entered span, which
/// is none then. Otherwise what executes is the cause, of a root as well. That is how a task that tokio declares a root still knows
/// who spawned it.
#[inline]
fn ancestor<'r, S: LookupSpan<'r>>(attributes: &Attributes<'_>, span: &SpanRef<'r, S>) -> Option<AsyncId> {
    let is_asked = attributes.parent().is_some() || execution_async_id() == AsyncId::ROOT;
    if is_asked { span_resource::of_ancestor(span).map(|resource| resource.async_id()) } else { None }
}

#[cold]
fn create_reserved<'r, S: LookupSpan<'r>>(
    id: AsyncId,
    attributes: &Attributes<'_>,
    span: &SpanRef<'r, S>,
) -> Option<SpanResource> {
    runtime::create_reserved(id, || create(attributes, span))
}

/// Always inlined, since a resource is copied on its way out.
#[inline(always)]
fn create<'r, S: LookupSpan<'r>>(attributes: &Attributes<'_>, span: &SpanRef<'r, S>) -> Option<SpanResource> {
    let (kind, location, role) = callsite::describe(attributes);
    let builder = AsyncResource::builder(kind).location(location);
    let builder = match ancestor(attributes, span) {
        Some(trigger) => builder.trigger_async_id(trigger),
        None => builder,
    };
    match role {
        SpanRole::Own => Some(SpanResource::Own(runtime::build_span(builder))),
        role => create_as(role, (kind, location), builder.spawned()),
    }
}

/// Names the claimed resource of a task or job, or creates one.
///
/// A task's resource is offered to its runtime; until that takes it over, the span is the resource.
#[cold]
fn create_as(
    role: SpanRole,
    (kind, location): (&'static str, Location),
    builder: AsyncResourceBuilder,
) -> Option<SpanResource> {
    let (SpanRole::Task(number) | SpanRole::Blocking(number)) = role else { return None };
    if let Some(claimed) = runtime::claimed(number, kind, location) {
        return Some(SpanResource::Named(claimed));
    }
    let resource = builder.build();
    let SpanRole::Task(Some(number)) = role else { return Some(SpanResource::Own(resource)) };
    Some(SpanResource::Task(runtime::offer_task(number, resource), Arc::default()))
}
