//! The life cycle of a resource: a state, and the transitions that send its events.
//!
//! ```text
//!   event                            transition        from       to                    sends
//!   the resource is created          begin             —          alive                 init
//!   a call or poll enters            none              alive      alive                 before
//!   a call or poll leaves            none              alive      alive                 after
//!   a hook wants wakes in a poll     watch             alive      alive, WATCHED        nothing; wake from now on
//!   a poll returns Ready             resolve_once      alive      alive, RESOLVED       resolve, the first time
//!   emit_destroy                     end_once          alive      ENDED                 destroy
//!   a runtime takes it over          hand_over         alive      ENDED, HANDED_OVER    nothing; the runtime sends all later events
//!   its future is dropped            drop_future       alive      alive, FUTURE         nothing; `destroy` is a future's
//!   its owner drops it               end_by_drop       alive      gone                  destroy, unless MANUAL
//!                                                      ENDED      gone                  nothing
//!   any other                                          ENDED      ENDED                 nothing
//! ```
//!
//! A resource is alive until `ENDED` is set. Its creation sets `MANUAL` and `TASK`, which never change.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::identity::resource::Resource;

/// A drop sends no `destroy`. Set by the builder, never with `HANDED_OVER`.
const MANUAL: usize = 1;

/// No event is sent any more. Set by `end_once` and `hand_over`, never unset.
const ENDED: usize = 1 << 1;

/// The future returned `Ready`. Set by `resolve_once`, never with `HANDED_OVER`.
const RESOLVED: usize = 1 << 2;

/// A runtime sends the events. Set by `hand_over`, never without `ENDED` and `TASK`.
const HANDED_OVER: usize = 1 << 3;

/// Wakers send `wake` until the drop. Set by `watch`, never with `ENDED`.
const WATCHED: usize = 1 << 4;

/// An executor owns the future, and drops it after `Ready`. Set by the builder.
const TASK: usize = 1 << 5;

/// A future was dropped with it. Set by `drop_future`, just before `end_by_drop`.
const FUTURE: usize = 1 << 6;

/// A resource and its life cycle: what is needed to send its events.
pub(crate) struct Tracked {
    pub(crate) resource: Resource,
    pub(crate) lifecycle: Lifecycle,
}

/// What the builder decides about the life cycle.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms(usize);

impl Terms {
    #[inline]
    pub(crate) fn manual(self) -> Self {
        Terms(self.0 | MANUAL)
    }

    #[inline]
    pub(crate) fn task(self) -> Self {
        Terms(self.0 | TASK)
    }

    #[inline]
    pub(crate) fn is_task(self) -> bool {
        self.0 & TASK != 0
    }
}

/// The state of a resource: a whole word, because the compiler copies padding in pieces.
pub(crate) struct Lifecycle(AtomicUsize);

impl Lifecycle {
    #[inline]
    pub(crate) fn begin(terms: Terms) -> Self {
        Lifecycle(AtomicUsize::new(terms.0))
    }

    #[inline]
    fn state(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets the flag and returns the state before.
    #[inline]
    fn set(&self, flag: usize) -> usize {
        self.0.fetch_or(flag, Ordering::AcqRel)
    }

    #[inline]
    pub(crate) fn has_ended(&self) -> bool {
        self.state() & ENDED != 0
    }

    #[inline]
    pub(crate) fn is_handed_over(&self) -> bool {
        self.state() & HANDED_OVER != 0
    }

    /// Returns whether wakes are to be sent.
    #[inline]
    pub(crate) fn watch(&self) -> bool {
        let state = self.state();
        if state & (ENDED | WATCHED) == 0 {
            self.set(WATCHED);
        }
        state & ENDED == 0
    }

    /// Returns whether `resolve` is to be sent.
    #[inline]
    pub(crate) fn resolve_once(&self) -> bool {
        self.set(RESOLVED) & (RESOLVED | ENDED) == 0
    }

    /// Returns whether `destroy` is to be sent.
    ///
    /// A future owns its resource, so nobody can end one that was polled.
    #[inline]
    pub(crate) fn end_once(&self) -> bool {
        let before = self.set(ENDED);
        debug_assert_eq!(before & WATCHED, 0, "the resource of a polled future ends by its drop");
        before & ENDED == 0
    }

    /// Ends the resource without `destroy`: a runtime sends it.
    ///
    /// Only a span hands its resource over, and only once: nobody has polled or ended that.
    #[inline]
    pub(crate) fn hand_over(&self) {
        let before = self.set(ENDED | HANDED_OVER);
        debug_assert_eq!(before, TASK, "only a task that is alive and was never polled is handed over");
    }

    /// Notes that the resource was a future that has not been taken out.
    #[inline]
    pub(crate) fn drop_future(&mut self) {
        *self.0.get_mut() |= FUTURE;
    }

    /// Returns what is left to do. Sets no flag, since nobody is left to read it.
    #[inline]
    pub(crate) fn end_by_drop(&mut self) -> LastState {
        LastState(*self.0.get_mut())
    }
}

/// The state in which a resource is dropped.
#[derive(Clone, Copy)]
pub(crate) struct LastState(usize);

impl LastState {
    /// The resource was a future.
    #[inline]
    pub(crate) fn is_future(self) -> bool {
        self.0 & FUTURE != 0
    }

    #[inline]
    pub(crate) fn is_watched(self) -> bool {
        self.0 & WATCHED != 0
    }

    #[inline]
    pub(crate) fn sends_destroy(self) -> bool {
        self.0 & (MANUAL | ENDED) == 0
    }

    /// Whether `destroy` was left to `emit_destroy`, which nobody called.
    #[inline]
    pub(crate) fn is_abandoned(self) -> bool {
        self.0 & (MANUAL | ENDED) == MANUAL
    }

    #[inline]
    pub(crate) fn unwatched(self) -> Self {
        LastState(self.0 & !WATCHED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun() -> Lifecycle {
        Lifecycle::begin(Terms::default())
    }

    fn task() -> Lifecycle {
        Lifecycle::begin(Terms::default().task())
    }

    fn sends_destroy(mut dropped: Lifecycle) -> bool {
        dropped.end_by_drop().sends_destroy()
    }

    /// A life cycle that has gone through a transition.
    fn after(lifecycle: Lifecycle, transition: impl FnOnce(&Lifecycle)) -> Lifecycle {
        transition(&lifecycle);
        lifecycle
    }

    #[test]
    fn a_resource_begins_alive_on_the_terms_of_its_builder() {
        assert!(!begun().has_ended() && !begun().is_handed_over());
        assert!(!task().has_ended());
        assert!(Terms::default().manual().task().is_task());
    }

    #[test]
    fn dropping_a_resource_sends_destroy_unless_that_is_manual() {
        assert!(sends_destroy(begun()));
        assert!(sends_destroy(task()));
        assert!(!sends_destroy(Lifecycle::begin(Terms::default().manual())));
    }

    #[test]
    fn resolve_is_sent_once_and_destroy_after_it() {
        let lifecycle = begun();
        assert!(lifecycle.resolve_once());
        assert!(!lifecycle.resolve_once());
        assert!(!lifecycle.has_ended());
        assert!(sends_destroy(lifecycle));
    }

    #[test]
    fn destroy_is_sent_once() {
        let lifecycle = begun();
        assert!(lifecycle.end_once());
        assert!(!lifecycle.end_once());
        assert!(lifecycle.has_ended());
        assert!(!sends_destroy(lifecycle));
    }

    #[test]
    fn a_manual_destroy_is_sent_once_too() {
        let lifecycle = Lifecycle::begin(Terms::default().manual());
        assert!(lifecycle.end_once());
        assert!(!sends_destroy(lifecycle));
    }

    #[test]
    fn a_watched_resource_is_watched_to_its_drop() {
        let mut lifecycle = begun();
        assert!(!lifecycle.end_by_drop().is_watched());
        assert!(lifecycle.watch());
        assert!(lifecycle.watch());
        let last = lifecycle.end_by_drop();
        assert!(last.is_watched() && last.sends_destroy());
        assert!(!last.unwatched().is_watched() && last.unwatched().sends_destroy());
    }

    #[test]
    fn a_resource_that_was_a_future_ends_as_one() {
        let mut lifecycle = begun();
        assert!(!lifecycle.end_by_drop().is_future());
        lifecycle.drop_future();
        assert!(lifecycle.end_by_drop().is_future() && lifecycle.end_by_drop().sends_destroy());
    }

    #[test]
    fn a_resource_that_is_handed_over_ends_in_silence() {
        let lifecycle = after(task(), Lifecycle::hand_over);
        assert!(lifecycle.is_handed_over() && lifecycle.has_ended());
        assert!(!sends_destroy(lifecycle));
    }

    #[test]
    fn nothing_is_sent_after_the_end() {
        let ended = after(begun(), |lifecycle| assert!(lifecycle.end_once()));
        let handed_over = after(task(), Lifecycle::hand_over);
        for mut lifecycle in [ended, handed_over] {
            assert!(!lifecycle.resolve_once() && !lifecycle.watch() && !lifecycle.end_once());
            let last = lifecycle.end_by_drop();
            assert!(!last.is_watched() && !last.sends_destroy());
        }
    }

    #[cfg(debug_assertions)]
    #[test]
    fn a_watched_resource_ends_by_its_drop_only() {
        let lifecycle = after(begun(), |lifecycle| assert!(lifecycle.watch()));
        assert!(std::panic::catch_unwind(|| lifecycle.end_once()).is_err());
    }

    #[cfg(debug_assertions)]
    #[test]
    fn only_a_task_that_is_alive_and_was_never_polled_is_handed_over() {
        let watched = after(task(), |lifecycle| assert!(lifecycle.watch()));
        let resolved = after(task(), |lifecycle| assert!(lifecycle.resolve_once()));
        let ended = after(task(), |lifecycle| assert!(lifecycle.end_once()));
        let handed_over = after(task(), Lifecycle::hand_over);
        let manual = Lifecycle::begin(Terms::default().task().manual());
        for lifecycle in [begun(), watched, resolved, ended, handed_over, manual] {
            assert!(std::panic::catch_unwind(|| lifecycle.hand_over()).is_err());
        }
    }
}
