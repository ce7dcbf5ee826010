//! The point at which a value was lost.

use std::sync::Arc;

use async_hooks_core::Resource;

use crate::context::provenance::{Origin, Presence};

/// Where a value was lost: the first point without it, seen from where it last was.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, AsyncResource};
/// use async_hooks_diagnostics::{ContextWatch, LossPoint, RequiredExt as _};
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// let _enabled = ContextWatch::of(&USER).build().enable_scoped();
/// let request = USER.run("alice", || AsyncResource::new("request"));
/// let missing = request.run_in_async_scope(|| USER.exit(|| USER.required())).unwrap_err();
/// assert_eq!(missing.lost(), LossPoint::WithinResource);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum LossPoint {
    /// The read is outside any resource: on a plain thread, or in a task that nothing tracks.
    ///
    /// No context reaches it.
    OutsideResources,
    /// The executing resource had the value.
    ///
    /// It is hidden by an `exit` or another snapshot, or its scope has ended.
    WithinResource,
    /// The creator of this resource had the value, and the resource did not inherit it.
    ///
    /// There is an `Inherit::Barrier`, the resource is detached, or the local was disabled meanwhile.
    #[non_exhaustive]
    NotInherited {
        /// The first resource without the value.
        created: Resource,
    },
    /// The creator had the value at some time, but not when it created the resource.
    ///
    /// The scope of the value had ended, or had not begun.
    #[non_exhaustive]
    EndedBeforeSpawn {
        /// The last resource that had the value.
        creator: Resource,
        /// The first resource without the value.
        created: Resource,
    },
    /// No resource up to the root, or as far as is known, had the value.
    NeverSet,
    /// No watch was enabled when the executing resource was created.
    NotWatched,
}

/// Walks from here back to where the value was last seen.
///
/// The step after that is where it was lost.
pub(crate) fn loss_point(here: &Arc<Origin>) -> LossPoint {
    let mut created = None;
    for origin in here.line() {
        match (origin.has_had_it(), created) {
            (true, None) => return LossPoint::WithinResource,
            (true, Some(created)) => return LossPoint::EndedBeforeSpawn { creator: origin.resource(), created },
            _ if origin.at_creation() == Presence::Present => {
                return LossPoint::NotInherited { created: origin.resource() };
            }
            _ => created = Some(origin.resource()),
        }
    }
    LossPoint::NeverSet
}
