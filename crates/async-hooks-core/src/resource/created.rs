//! The description of a resource at its creation.

use crate::hooks::thread_cache::is_delivering;
use crate::identity::execution;
use crate::identity::id::AsyncId;
use crate::identity::location::Location;
use crate::identity::resource::Resource;

/// Describes a resource that the executing one creates. The caller sends `init`.
#[inline(always)]
pub(crate) fn created(kind: &'static str, location: Location, trigger: Option<AsyncId>) -> Resource {
    execution::creator().of_child(trigger, !is_delivering()).with(kind, location)
}
