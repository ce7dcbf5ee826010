//! What the table keeps of one living resource.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use async_hooks_core::{Resource, runtime};

use crate::alive::ancestor::{self, Ancestor};
use crate::alive::clock::Moment;
use crate::alive::task_runtime::TaskRuntime;
use crate::alive::trigger_chain::{Link, Trigger};
use crate::tool::reach::Reach;

/// Created at `init`, and dropped at `destroy`.
///
/// Polls change plain counters: no poll takes a lock.
///
/// The begin and the end of a poll are counted separately, since polls of one resource may overlap.
#[derive(Debug)]
pub(crate) struct Record {
    resource: Resource,
    born: Moment,
    /// Says which watches were there already; see [`Watch`](crate::alive::watch::Watch).
    generation: u32,
    has_ended: AtomicBool,
    trigger: Trigger,
    /// It was created detached, so it may live longer than its trigger.
    may_outlive: bool,
    runtime: TaskRuntime,
    /// The leak test it descends from.
    ancestor: Option<Arc<Ancestor>>,
    /// Its link in the chains of what it triggers; created with the first of them.
    link: OnceLock<Arc<Link>>,
    entered: AtomicU64,
    left: AtomicU64,
    busy: AtomicU64,
    /// When it was last entered or left, in ticks; 0 if it never was.
    last_polled: AtomicU64,
}

impl Record {
    /// Called in the creator's scope.
    pub(crate) fn new(resource: Resource, trigger: Trigger, generation: u32) -> Record {
        let ancestor = ancestor::ancestor();
        ancestor.iter().for_each(|ancestor| ancestor.begin());
        Record {
            resource,
            born: Moment::now(),
            generation,
            has_ended: AtomicBool::new(false),
            trigger,
            may_outlive: runtime::is_detached(),
            runtime: TaskRuntime::of_new(&resource),
            ancestor,
            link: OnceLock::new(),
            entered: AtomicU64::new(0),
            left: AtomicU64::new(0),
            busy: AtomicU64::new(0),
            last_polled: AtomicU64::new(0),
        }
    }

    pub(crate) fn resource(&self) -> Resource {
        self.resource
    }

    pub(crate) fn born(&self) -> Moment {
        self.born
    }

    pub(crate) fn generation(&self) -> u32 {
        self.generation
    }

    pub(crate) fn trigger(&self) -> &Trigger {
        &self.trigger
    }

    pub(crate) fn may_outlive(&self) -> bool {
        self.may_outlive
    }

    /// Whether it may be a task of this runtime: false only for a task of another one.
    pub(crate) fn may_be_on(&self, runtime: TaskRuntime) -> bool {
        self.runtime.may_be(runtime)
    }

    /// When its trigger was destroyed; `None` if that makes no orphan of it.
    pub(crate) fn orphaned_at(&self) -> Option<Moment> {
        self.trigger.link().filter(|_| !self.may_outlive)?.ended()
    }

    pub(crate) fn descends_from(&self, ancestor: &Ancestor) -> bool {
        self.ancestor.as_ref().is_some_and(|own| own.is_within(ancestor))
    }

    /// Whether a tool of this reach sees the resource.
    pub(crate) fn is_within_reach(&self, reach: &Reach) -> bool {
        reach.sees_all() || self.ancestor.as_ref().is_some_and(|own| own.is_within_reach(reach))
    }

    /// This resource, as the trigger of another one.
    pub(crate) fn as_trigger(&self) -> Trigger {
        let link = self.link.get_or_init(|| Link::new(self.resource, &self.trigger));
        if self.has_ended() {
            // It may have been destroyed before it had a link to note that in.
            link.end(Moment::now());
        }
        Trigger::Seen(Arc::clone(link))
    }

    #[inline]
    pub(crate) fn enter(&self, now: Moment) {
        self.entered.fetch_add(1, Ordering::Relaxed);
        self.last_polled.store(now.ticks(), Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn leave(&self, since: Moment, now: Moment) {
        // An atomic addition would cost each poll 6 ns. Without it, if polls end on two threads at once, one may be missed.
        let busy = self.busy.load(Ordering::Relaxed).wrapping_add(now.ticks_since(since));
        self.busy.store(busy, Ordering::Relaxed);
        self.last_polled.store(now.ticks(), Ordering::Relaxed);
        self.left.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn end(&self) {
        if self.has_ended.swap(true, Ordering::SeqCst) {
            return;
        }
        if let Some(link) = self.link.get() {
            link.end(Moment::now());
        }
        self.ancestor.iter().for_each(|ancestor| ancestor.end());
    }

    #[inline]
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::SeqCst)
    }

    pub(crate) fn polls(&self) -> u64 {
        self.entered.load(Ordering::Relaxed)
    }

    /// The number of its open scopes, on all threads.
    pub(crate) fn open_scopes(&self) -> u64 {
        // In this order, a poll that begins and ends in between is not counted as open.
        let left = self.left.load(Ordering::Acquire);
        self.entered.load(Ordering::Relaxed).saturating_sub(left)
    }

    /// Ticks spent in scopes that have been left.
    pub(crate) fn busy(&self) -> u64 {
        self.busy.load(Ordering::Relaxed)
    }

    /// When it was last entered or left; the former while a scope is open.
    pub(crate) fn last_polled(&self) -> Option<Moment> {
        match self.last_polled.load(Ordering::Relaxed) {
            0 => None,
            ticks => Some(Moment::from_ticks(ticks)),
        }
    }
}
