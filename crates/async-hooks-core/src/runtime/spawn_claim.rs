//! Claims: a wrapper says that the task it is about to spawn already has a resource.
//!
//! Up to three parties see one spawn, in this order, on one thread, within one call:
//!
//! ```text
//!   a wrapper                 creates the resource, and claims the spawn for it
//!   a span of tokio's         names the claimed resource; otherwise creates one, and offers it
//!   the runtime's callback    does nothing if the spawn is claimed; otherwise takes over what is offered, or creates a resource
//! ```
//!
//! Within that call tokio also runs code of others, and that code may spawn: a subscriber when the span is created, the
//! destructor of a task that a closed runtime refuses, the program's own callbacks. Four facts tell the claimed spawn from
//! those:
//!
//! ```text
//!   nesting     a claim hides the one around it until its own spawn has returned, so only the innermost claim counts
//!   location    tokio reports the caller of the wrapper, because `#[track_caller]` forwards it
//!   spawner     it executes when the claimed task is seen; the destructor of a refused task runs as that task
//!   number      tokio numbers tasks in ascending order, so a spawn within the claimed one has a higher number
//! ```
//!
//! A spawn with the location and the spawner of the claim that is seen before the claimed task takes its place. The lower number
//! of the claimed task corrects that: it is never two resources. The other task then has none.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::panic;

use crate::identity::execution;
use crate::identity::location::Location;
use crate::identity::resource::Resource;
use crate::sync::thread_local;

thread_local! {
    /// The innermost claim of this thread. Each claim keeps the one around it.
    static INNERMOST: Cell<Option<Claimed>> = const { Cell::new(None) };
}

#[derive(Clone, Copy)]
struct Claimed {
    resource: Resource,
    /// The kind that the runtime's own span has, which may differ from the kind of the resource.
    span_kind: &'static str,
    /// The lowest number among the tasks that fit the claim.
    task: u64,
}

/// A wrapper's claim to the next spawn of this thread. It ends when the spawn has returned.
#[must_use = "the claim ends when it is dropped"]
pub struct SpawnClaim {
    outer: Option<Box<Claimed>>,
    of_this_thread: PhantomData<*const ()>,
}

impl SpawnClaim {
    /// Sets the claim around this one aside. Nothing is claimed yet.
    ///
    /// The wrapper calls this before it creates the resource: a branch between the creation of a future and its spawn makes the
    /// compiler copy the future.
    #[inline]
    pub fn begin() -> Self {
        let is_nested = INNERMOST.with(|innermost| innermost.get().is_some());
        SpawnClaim { outer: if is_nested { set_aside() } else { None }, of_this_thread: PhantomData }
    }

    /// Claims the task that the resource's creator spawns next at the resource's location.
    ///
    /// `span_kind` is the kind under which a span of the runtime would report the task.
    #[inline]
    pub fn hold_for(&self, resource: Resource, span_kind: &'static str) {
        INNERMOST.with(|innermost| innermost.set(Some(Claimed { resource, span_kind, task: u64::MAX })));
    }
}

impl Drop for SpawnClaim {
    /// The spawn has returned or unwinds. It makes no difference whether anybody saw it.
    #[inline]
    fn drop(&mut self) {
        match self.outer.take() {
            None => INNERMOST.with(|innermost| innermost.set(None)),
            outer => put_back(outer),
        }
    }
}

// Not inlined, so that a claim without an outer one saves no registers.

#[cold]
#[inline(never)]
fn set_aside() -> Option<Box<Claimed>> {
    INNERMOST.with(Cell::take).map(Box::new)
}

#[cold]
#[inline(never)]
fn put_back(outer: Option<Box<Claimed>>) {
    INNERMOST.with(|innermost| innermost.set(outer.map(|outer| *outer)));
}

impl fmt::Debug for SpawnClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpawnClaim").finish_non_exhaustive()
    }
}

/// The claimed resource, if the span is that of the claimed spawn.
///
/// A span without a number leaves the claim as it is.
#[must_use]
pub fn claimed(task: Option<u64>, kind: &str, spawned_at: Location) -> Option<Resource> {
    let fits = |claimed: &Claimed| claimed.span_kind == kind && claimed.resource.location() == spawned_at;
    let claimed = INNERMOST.with(Cell::get).filter(fits)?;
    claimed.take(task.unwrap_or(claimed.task)).then_some(claimed.resource)
}

/// Whether the task that the runtime reports is the claimed one.
///
/// The kind is not compared: a runtime reports no blocking jobs.
#[inline]
#[must_use]
pub fn take_claim(task: u64, spawned_at: &'static panic::Location<'static>) -> bool {
    INNERMOST.with(|innermost| match innermost.get() {
        Some(claimed) if claimed.resource.location().is_record(spawned_at) => claimed.take(task),
        _ => false,
    })
}

impl Claimed {
    /// Notes the number of the task, if spawner and number fit.
    ///
    /// The caller has compared the location.
    #[inline]
    fn take(self, task: u64) -> bool {
        let is_claimed = execution::is_trigger_of(&self.resource) && task <= self.task;
        if is_claimed {
            INNERMOST.with(|innermost| innermost.set(Some(Claimed { task, ..self })));
        }
        is_claimed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::id::AsyncId;
    use crate::identity::location::Site;
    use crate::resource::async_resource::AsyncResource;

    const KIND: &str = "task";

    /// What a wrapper creates, and its location as tokio reports it.
    #[track_caller]
    fn wrapped() -> (Resource, &'static panic::Location<'static>) {
        (AsyncResource::new(KIND).resource(), panic::Location::caller())
    }

    fn claimed_for(resource: Resource) -> SpawnClaim {
        let claim = SpawnClaim::begin();
        claim.hold_for(resource, KIND);
        claim
    }

    #[test]
    fn a_claim_is_for_the_task_of_its_line() {
        let ((resource, line), (_, other_line)) = (wrapped(), wrapped());
        let _claim = claimed_for(resource);
        assert!(!take_claim(1, other_line));
        assert!(take_claim(1, line));
    }

    #[test]
    fn a_claim_is_for_the_span_of_its_line_and_kind() {
        let (resource, line) = wrapped();
        let site = Box::leak(Box::new(Site { file: line.file(), line: line.line(), column: line.column() }));
        let _claim = claimed_for(resource);
        assert_eq!(claimed(Some(1), KIND, Location::NOWHERE), None);
        assert_eq!(claimed(Some(1), "job", Location::at_site(site)), None);
        assert_eq!(claimed(Some(1), KIND, Location::at_site(site)), Some(resource));
    }

    #[test]
    fn the_kind_of_the_span_may_differ_from_that_of_the_resource() {
        let (resource, line) = wrapped();
        let claim = SpawnClaim::begin();
        claim.hold_for(resource, "runtime's kind");
        assert_eq!(claimed(Some(1), KIND, line.into()), None);
        assert_eq!(claimed(Some(1), "runtime's kind", line.into()), Some(resource));
    }

    #[test]
    fn a_claim_is_for_a_task_of_its_spawner() {
        let (resource, line) = wrapped();
        let _claim = claimed_for(resource);
        assert!(!AsyncResource::new("other").run_in_async_scope(|| take_claim(1, line)));
        assert!(take_claim(1, line));
    }

    #[test]
    fn a_claim_of_an_unobserved_spawner_is_for_its_task() {
        let spawner = Resource::new("spawner", Location::NOWHERE, AsyncId::ROOT, false);
        let previous = execution::replace(spawner);
        let (resource, line) = wrapped();
        let claim = claimed_for(resource);
        let is_claimed = take_claim(1, line);
        drop(claim);
        execution::replace(previous);
        assert!(is_claimed);
    }

    #[test]
    fn a_claim_is_for_one_task_which_all_know_by_the_same_number() {
        let (resource, line) = wrapped();
        let _claim = claimed_for(resource);
        assert_eq!(claimed(Some(2), KIND, line.into()), Some(resource));
        assert!(take_claim(2, line));
        assert!(!take_claim(3, line));
    }

    #[test]
    fn a_span_without_a_number_leaves_the_claim_to_the_task() {
        let (resource, line) = wrapped();
        let _claim = claimed_for(resource);
        assert_eq!(claimed(None, KIND, line.into()), Some(resource));
        assert!(take_claim(2, line));
        assert_eq!(claimed(None, KIND, line.into()), Some(resource));
    }

    #[test]
    fn the_task_with_the_lower_number_is_the_claimed_one() {
        let (resource, line) = wrapped();
        let _claim = claimed_for(resource);
        assert!(take_claim(3, line));
        assert!(take_claim(2, line));
        assert!(!take_claim(3, line));
    }

    #[test]
    fn a_claim_hides_the_one_around_it_until_its_spawn_has_returned() {
        let ((outer, outer_line), (inner, inner_line)) = (wrapped(), wrapped());
        let claim = claimed_for(outer);
        let nested = claimed_for(inner);
        assert!(!take_claim(1, outer_line));
        drop(nested);
        assert!(!take_claim(1, inner_line));
        assert!(take_claim(1, outer_line));
        drop(claim);
        assert!(!take_claim(1, outer_line));
    }
}
