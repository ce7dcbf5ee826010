//! The runtime in which a pipeline was built.

use tokio::runtime::{EnterGuard, Handle};

/// What the thread that exports enters.
pub(super) struct Surroundings(Option<Handle>);

impl Surroundings {
    pub(super) fn current() -> Surroundings {
        Surroundings(Handle::try_current().ok())
    }

    pub(super) fn enter(&self) -> Option<EnterGuard<'_>> {
        self.0.as_ref().map(Handle::enter)
    }
}
