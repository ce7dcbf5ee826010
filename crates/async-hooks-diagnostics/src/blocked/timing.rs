//! The hook that times scopes, and the reports of those that take too long.

use std::sync::{Arc, Weak};

use async_hooks_core::{AsyncId, Events, Hook, Resource, runtime};

use crate::alive::chain::Chain;
use crate::alive::clock::{Moment, duration_of};
use crate::alive::notes::NoteTaker;
use crate::alive::table::TABLE;
use crate::alive::trigger_chain::Trigger;
use crate::blocked::blocked_poll::{BlockedPoll, Blocker};
use crate::blocked::early_ends::EarlyEnds;
use crate::blocked::open_scopes::{Late, OpenScopes};
use crate::blocked::scope_words::OpenScope;
use crate::blocked::thread_slot::{ThreadSlot, late};
use crate::blocked::worker::is_worker;
use crate::tool::callback::Callback;
use crate::tool::ignore::Ignore;

/// Times the open scopes of each thread.
pub(crate) struct Timing {
    pub(crate) scopes: Arc<OpenScopes>,
    pub(crate) limit: u64,
    pub(crate) ignore: Ignore,
    pub(crate) reporter: Weak<Reporter>,
    pub(crate) early_ends: Arc<EarlyEnds>,
}

impl Hook for Timing {
    fn before(&self, resource: &Resource) {
        let is_timed = runtime::begins_poll() || self.is_timed_call(resource);
        self.scopes.enter(resource.async_id(), Moment::now, |id| is_gone(id, &self.early_ends), is_timed);
    }

    fn after(&self, resource: &Resource) {
        if let Some(late) = self.scopes.leave(resource.async_id(), self.limit, Moment::now) {
            self.report(resource, &late);
        }
    }

    /// A resource that is destroyed inside its own scope gets no `after`.
    fn destroy(&self, resource: &Resource) {
        self.after(resource);
        self.early_ends.note_destroyed(resource.async_id());
    }

    fn events(&self) -> Events {
        Events::BEFORE | Events::AFTER | Events::DESTROY
    }
}

impl Timing {
    /// A call on another thread than a runtime's keeps nothing but its caller waiting.
    ///
    /// Of what is ignored, the time is needed for the scopes around it.
    #[inline(never)]
    fn is_timed_call(&self, resource: &Resource) -> bool {
        is_worker() || self.ignore.is_ignored(resource)
    }

    #[cold]
    fn report(&self, resource: &Resource, late: &Late) {
        if let Some(reporter) = self.reporter.upgrade() {
            reporter.report_ended(resource, late);
        }
    }
}

/// Whether a resource was destroyed.
fn is_gone(id: AsyncId, early_ends: &EarlyEnds) -> bool {
    TABLE.get(id).is_none() && !early_ends.is_alive_without_record(id)
}

/// Makes the reports, and hands them to the callback.
pub(crate) struct Reporter {
    pub(crate) scopes: Arc<OpenScopes>,
    pub(crate) limit: u64,
    pub(crate) ignore: Ignore,
    pub(crate) on_blocked: Callback<BlockedPoll>,
    pub(crate) notes: Option<NoteTaker>,
    pub(crate) early_ends: Arc<EarlyEnds>,
}

impl Reporter {
    fn report_ended(&self, resource: &Resource, late: &Late) {
        let is_ignored = || self.ignore.is_ignored(resource) || self.is_any_ignored(late.around.iter().copied());
        if is_ignored() || late.slot.has_handed_over() {
            return;
        }
        let trigger = TABLE.get(resource.async_id()).map_or(Trigger::Unseen, |record| record.trigger().clone());
        let chain = Chain::new(resource, &trigger);
        let poll = BlockedPoll::ended(*resource, chain, duration_of(late.ticks), late.slot.thread());
        self.on_blocked.call(&poll.with_label(self.label_of(resource.async_id())));
    }

    fn label_of(&self, id: AsyncId) -> Option<Arc<str>> {
        self.notes.as_ref()?.label_of(id)
    }

    /// Reports each scope that blocks at this moment, once.
    pub(crate) fn look(&self) {
        for slot in self.scopes.slots() {
            let open = slot.open();
            for (at, ticks) in late(&open, self.limit, Moment::now()) {
                let (around, from_it) = open.split_at(at);
                if let [blocking, ..] = from_it {
                    self.report_running(&slot, blocking, around, ticks);
                }
            }
        }
    }

    fn report_running(&self, slot: &ThreadSlot, blocking: &OpenScope, around: &[OpenScope], ticks: u64) {
        let whose = around.iter().chain([blocking]).map(|open| open.id);
        let Some(id) = AsyncId::from_u64(blocking.id).filter(|id| !is_gone(*id, &self.early_ends)) else { return };
        if self.is_any_ignored(whose) || slot.has_handed_over() || !slot.mark_reported(blocking) {
            return;
        }
        let record = TABLE.get(id);
        let chain = record.as_ref().map(|record| Chain::new(&record.resource(), record.trigger()));
        let blocker = record.map_or(Blocker::Unseen(id), |record| Blocker::Known(record.resource()));
        let poll = BlockedPoll::running(blocker, chain, duration_of(ticks), slot.thread());
        self.on_blocked.call(&poll.with_label(self.label_of(id)));
    }

    fn is_any_ignored(&self, mut ids: impl Iterator<Item = u64>) -> bool {
        ids.any(|id| {
            let record = AsyncId::from_u64(id).and_then(|id| TABLE.get(id));
            record.is_some_and(|record| self.ignore.is_ignored(&record.resource()))
        })
    }
}
