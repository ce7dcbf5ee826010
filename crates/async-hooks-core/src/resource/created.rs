//! The description of a resource at its creation.

use crate::hooks::thread_cache::is_delivering;
use crate::identity::execution;
use crate::identity::id::AsyncId;
use crate::identity::location::Location;
use crate::identity::resource::Resource;

/// Describes a resource that the executing one creates. The caller sends `init`.
#[inline]
pub(crate) fn created(kind: &'static str, location: Location, trigger: Option<AsyncId>) -> Resource {
    let (creator, is_observed) = execution::creator();
    Resource::new(kind, location, trigger.unwrap_or(creator), is_observed && !is_delivering())
}
