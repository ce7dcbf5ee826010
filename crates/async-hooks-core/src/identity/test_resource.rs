//! A description to test a hook with.

use crate::identity::execution::execution_async_id;
use crate::identity::location::Location;
use crate::identity::resource::Resource;

impl Resource {
    /// Describes a resource that does not exist, to call a hook with in its unit test.
    ///
    /// It has a new id, the kind, and the location of the caller. Its trigger is the executing resource; see
    /// [`with_trigger_async_id`](Self::with_trigger_async_id). No event is sent, to no hook.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use async_hooks_core::{Hook, Resource};
    ///
    /// #[derive(Default)]
    /// struct Queries(AtomicUsize);
    ///
    /// impl Hook for Queries {
    ///     fn init(&self, resource: &Resource) {
    ///         if resource.kind() == "query" {
    ///             self.0.fetch_add(1, Ordering::Relaxed);
    ///         }
    ///     }
    /// }
    ///
    /// let queries = Queries::default();
    /// queries.init(&Resource::for_test("query"));
    /// queries.init(&Resource::for_test("timer"));
    /// assert_eq!(queries.0.into_inner(), 1);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn for_test(kind: &'static str) -> Resource {
        Resource::new(kind, Location::caller(), execution_async_id(), true)
    }
}
