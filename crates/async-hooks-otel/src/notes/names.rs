//! The names of attributes that spans are made of.

// Notes of ours: the span in whose context a resource was created, and what executed if it is not the trigger.
pub(crate) const CONTEXT_SPAN: &str = "async_hooks.context_span";
pub(crate) const CREATED_BY: &str = "async_hooks.created_by";
pub(crate) const IS_SPAN: &str = "async_hooks.is_span";

// Set by `async_hooks::http`.
pub(crate) const TRACE_ID: &str = "trace_id";
pub(crate) const SPAN_ID: &str = "span_id";
pub(crate) const PARENT_SPAN_ID: &str = "parent_span_id";
pub(crate) const TRACE_FLAGS: &str = "trace_flags";
pub(crate) const LINK: &str = "link";
pub(crate) const INJECTED: &str = "injected_span_id";

/// Those that become part of a span elsewhere than in its attributes.
pub(crate) const STRUCTURAL: [&str; 9] =
    [CONTEXT_SPAN, CREATED_BY, IS_SPAN, TRACE_ID, SPAN_ID, PARENT_SPAN_ID, TRACE_FLAGS, LINK, INJECTED];

pub(crate) const REQUEST_METHOD: &str = "http.request.method";
pub(crate) const STATUS_CODE: &str = "http.response.status_code";
pub(crate) const ERROR_TYPE: &str = "error.type";
