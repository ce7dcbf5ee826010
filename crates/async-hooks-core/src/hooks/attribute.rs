//! Setting an attribute of the executing resource.

use crate::hooks::attribute_value::AttributeValue;
use crate::hooks::dispatch::{self, is_wanted_of_executing};
use crate::hooks::events::Events;
use crate::identity::execution;

/// Sets an attribute of the executing resource.
///
/// The hooks that want [`Events::ATTRIBUTE`] receive it.
///
/// Use it to describe an operation to any tool that listens: the trace id of a request, its method, its status. The library
/// keeps no attributes, so there is no way to read one back; a hook that needs them stores them. A resource can set
/// an attribute more than once, and what a second value means is for the hook to decide: usually it replaces the first.
///
/// Outside any resource the call does nothing, because all code outside resources shares the root. The same holds inside
/// a hook, as hooks are not observed. While no hook wants attributes, the call costs one load and a branch; the conversion
/// into an [`AttributeValue`] then does not run, but the argument itself is evaluated.
///
/// Node has no counterpart; the idea is that of [`Span.setAttribute`] in OpenTelemetry.
///
/// [`Span.setAttribute`]: https://opentelemetry.io/docs/specs/otel/trace/api/#set-attributes
///
/// # Examples
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use async_hooks_core::{AsyncResource, AttributeValue, create_hook, set_attribute};
///
/// let statuses = Arc::new(Mutex::new(Vec::new()));
/// let seen = Arc::clone(&statuses);
/// let hook = create_hook().attribute(move |resource, name, value| {
///     if let ("http.response.status_code", AttributeValue::U64(status)) = (name, value) {
///         seen.lock().unwrap().push((resource.kind(), *status));
///     }
/// });
/// let _enabled = hook.build().enable_scoped();
///
/// AsyncResource::new("request").run_in_async_scope(|| set_attribute("http.response.status_code", 404_u32));
/// assert_eq!(*statuses.lock().unwrap(), [("request", 404)]);
/// ```
#[inline]
pub fn set_attribute<'a>(name: &'static str, value: impl Into<AttributeValue<'a>>) {
    if is_wanted_of_executing(Events::ATTRIBUTE) {
        send(name, &value.into());
    }
}

/// As [`set_attribute`], of several at once: the hooks are called once.
#[inline]
pub fn set_attributes(attributes: &[(&'static str, AttributeValue<'_>)]) {
    if is_wanted_of_executing(Events::ATTRIBUTE) {
        send_all(attributes);
    }
}

#[inline(never)]
fn send_all(attributes: &[(&'static str, AttributeValue<'_>)]) {
    execution::with_executing(|resource| dispatch::attributes(resource, attributes));
}

#[inline(never)]
fn send(name: &'static str, value: &AttributeValue<'_>) {
    execution::with_executing(|resource| dispatch::attribute(resource, name, value));
}
