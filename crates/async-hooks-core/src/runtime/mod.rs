//! The door for the adapters of this family, with no promise to anybody else.
//!
//! Spans are entered and left in any order ([`enter`], [`leave`]); a task is followed by the callbacks of its runtime
//! ([`TaskRecord`], [`end_poll`]); several adapters that see one task agree on its resource ([`Claim`], [`offer_task`]).

mod spawn_claim;

mod offered_task;

mod task;

mod poll;

mod entered;

use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list;
use crate::identity::location::Location;
use crate::identity::resource::Resource;

pub use crate::context::sink::{CapturedContext, ContextSink};
pub use crate::identity::location::Site;
pub use entered::{
    EntryKey, SpanHandle, begin_layer, emit_before, end_layer, enter, enter_by_handle, enter_driver, leave,
    leave_driver, leave_ended, leave_gone_layers, leave_resource,
};
pub use offered_task::{OfferedTask, offer_task};
pub use poll::{end_poll, freeze_context, is_polling};
pub use spawn_claim::{Claim, claimed, take_claim};
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
