//! For the adapters of this family, with no promise to anybody else: to enter and leave a resource without a closure, and
//! in any order, as subscribers do; and to follow a task by its runtime's callbacks.
//!
//! ```text
//!   enter_silently   ids in, context in     no foreign code: may be called with a lock held
//!   emit_before            before                 no lock may be held
//!   …
//!   leave               after, context out, ids out
//! ```

mod spawn_claim;

mod task;

mod poll;

mod entered;

mod driver;

use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list;
use crate::identity::location::Location;
use crate::identity::resource::Resource;

pub use crate::context::sink::{CapturedContext, ContextSink};
pub use crate::identity::location::Site;
pub use driver::{enter_driver, leave_driver};
pub use entered::{Key, Known, emit_before, enter_known, enter_silently, is_adopted, leave, leave_resource};
pub use poll::{end_poll, freeze_context, is_polling};
pub use spawn_claim::{Claim, claimed, offer, take_claim};
pub use task::{OutsidePolls, TaskRecord};

/// A place that the compiler did not record; made once per place, since it lives on.
#[must_use]
pub const fn location(site: &'static Site) -> Location {
    Location::at_site(site)
}

/// Whether a hook wants to know who wakes whom.
#[inline]
#[must_use]
pub fn wants_wakes() -> bool {
    list::is_wanted(Events::WAKE)
}

/// Tells hooks that `by` wakes the resource. No lock may be held.
#[inline]
pub fn wake(woken: &Resource, by: Resource) {
    if wants_wakes() {
        dispatch::wake(woken, by);
    }
}

/// A runtime's driver, as what wakes: the root, of this kind.
#[must_use]
pub const fn driver(kind: &'static str) -> Resource {
    Resource::root_as(kind)
}
