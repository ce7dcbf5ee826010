//! A task that only its runtime's callbacks tell of, as all who hold it share it.

use std::panic;

use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list::is_wanted;
use crate::identity::resource::{Resource, Unplaced};

/// Held by the record of the task while it lives, and by each of its polls that hooks hear of until that has ended. The last of
/// them to let go sends `destroy`, so nothing comes behind it.
pub(crate) struct Task {
    resource: Unplaced,
    /// One word, and not the two of a `str`: there are as many of these as there are tasks.
    kind: &'static &'static str,
    spawned_at: &'static panic::Location<'static>,
}

impl Task {
    pub(crate) fn new(
        resource: &Resource,
        kind: &'static &'static str,
        spawned_at: &'static panic::Location<'static>,
    ) -> Self {
        Task { resource: resource.unplaced(), kind, spawned_at }
    }

    /// What hooks are told of it.
    #[inline]
    pub(crate) fn resource(&self) -> Resource {
        self.resource.placed(self.kind, self.spawned_at.into())
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if is_wanted(Events::DESTROY) {
            dispatch::destroy(&self.resource());
        }
    }
}
