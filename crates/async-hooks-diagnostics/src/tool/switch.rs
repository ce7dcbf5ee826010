//! Enables and disables a tool: one state machine under the handles of all tools.
//!
//! ```text
//!                     enable, enable_scoped, enable_within
//!         off  ─────────────────────────────▶  on: a listener, whose hooks are enabled
//!          ▲                                   │
//!          └───────────────────────────────────┘
//!            disable · the last guard, if nobody called enable or enable_within · the last handle of a tool that only answers
//! ```
//!
//! The time from one `off` to the next is a *period*. A guard belongs to the period in which it was made, so a guard that
//! outlives a `disable` does not disable the tool again.

use std::sync::{Arc, PoisonError};

use crate::sync::{Mutex, MutexGuard};
use crate::tool::enabled_tool::{EnabledTool, Release};
use crate::tool::reach::Reach;

/// The settings of a tool, and how it begins to listen.
pub(crate) trait Tool: Send + Sync + Sized + 'static {
    type Listener: Listen;

    /// Makes what listens while the tool is enabled; its hooks are still disabled.
    fn listener(&self) -> Self::Listener;

    /// Whether it does something without being asked.
    ///
    /// If so, it stays enabled after its last handle is dropped; if not, nobody could see a difference, and it stops.
    fn acts_by_itself(&self) -> bool;

    /// What the tool sees; none of a tool that always sees all.
    fn reach(&self) -> Option<&Reach> {
        None
    }
}

/// What an enabled tool holds: dropping it disables its hooks.
pub(crate) trait Listen: Send + Sync + 'static {
    /// Enables the hooks.
    ///
    /// Several threads may call it at once; hooks that are enabled stay as they are.
    fn listen(&self);
}

/// A tool, and its listener while it is enabled.
///
/// Each handle of the tool holds an `Arc` of it.
pub(crate) struct Switch<T: Tool> {
    tool: T,
    state: Mutex<State<T>>,
}

struct State<T: Tool> {
    /// What keeps the tool enabled: `enable` was called, and the number of living guards.
    is_enabled: bool,
    guards: usize,
    /// Whether it is enabled for what some futures cause.
    is_within: bool,
    period: u64,
    on: Option<On<T::Listener>>,
    /// A tool that acts by itself owns itself while it is on.
    ///
    /// The cycle is meant: `off` breaks it.
    itself: Option<Arc<Switch<T>>>,
}

struct On<L> {
    listener: Arc<L>,
    /// Then its hooks are not enabled again.
    ///
    /// Core may have disabled one of them because it panicked.
    is_listening: bool,
}

/// What was on until a moment ago.
///
/// It is dropped when the lock is free, since hooks are disabled then.
type WasOn<T> = (Option<On<<T as Tool>::Listener>>, Option<Arc<Switch<T>>>);

impl<T: Tool> Switch<T> {
    pub(crate) fn new(tool: T) -> Arc<Switch<T>> {
        let state = State { is_enabled: false, guards: 0, is_within: false, period: 0, on: None, itself: None };
        Arc::new(Switch { tool, state: Mutex::new(state) })
    }

    pub(crate) fn tool(&self) -> &T {
        &self.tool
    }

    /// Enables the tool until `disable`; does nothing if it is enabled.
    pub(crate) fn enable(self: &Arc<Self>) {
        self.turn_on(|state| state.is_enabled = true);
    }

    /// Enables the tool while the guard lives.
    pub(crate) fn enable_scoped(self: &Arc<Self>) -> EnabledTool {
        let period = self.turn_on(|state| state.guards += 1);
        let tool = Arc::downgrade(self);
        EnabledTool::new(tool, period)
    }

    /// Enables the tool for what futures cause that its reach is given to, until `disable`.
    pub(crate) fn enable_within(self: &Arc<Self>) {
        self.turn_on(|state| state.is_within = true);
    }

    /// Disables the tool, also under living guards.
    pub(crate) fn disable(&self) {
        let was_on = self.change(State::turn_off);
        drop(was_on);
    }

    /// Changes who wants the tool, and with that what it sees.
    fn change<R>(&self, change: impl FnOnce(&mut State<T>) -> R) -> R {
        let mut state = self.lock();
        let result = change(&mut state);
        if let Some(reach) = self.tool.reach() {
            reach.set_sees_all(state.is_enabled || state.guards > 0);
        }
        result
    }

    pub(crate) fn is_on(&self) -> bool {
        self.lock().on.is_some()
    }

    pub(crate) fn listener(&self) -> Option<Arc<T::Listener>> {
        self.lock().on.as_ref().map(|on| Arc::clone(&on.listener))
    }

    /// Makes the tool listen, after `note` has noted who wants it.
    ///
    /// Enabling and disabling hooks may run code of the program, so neither happens while the lock is held, and no thread waits
    /// for another one that does it: threads that enable at once agree on one listener, and each makes it listen.
    fn turn_on(self: &Arc<Self>, note: impl FnOnce(&mut State<T>)) -> u64 {
        let period = self.note_wanted(note);
        if !self.is_listening() {
            let listener = self.listener().or_else(|| self.keep_first(self.tool.listener(), period));
            if let Some(listener) = listener {
                listener.listen();
                self.note_listening(&listener);
            }
        }
        period
    }

    fn note_wanted(self: &Arc<Self>, note: impl FnOnce(&mut State<T>)) -> u64 {
        let acts_by_itself = self.tool.acts_by_itself();
        self.change(|state| {
            note(state);
            if acts_by_itself && state.itself.is_none() {
                state.itself = Some(Arc::clone(self));
            }
            state.period
        })
    }

    fn is_listening(&self) -> bool {
        self.lock().on.as_ref().is_some_and(|on| on.is_listening)
    }

    /// Another thread may have been faster.
    ///
    /// Then what was made is dropped, and has never listened. The same if the tool was disabled meanwhile.
    fn keep_first(&self, made: T::Listener, period: u64) -> Option<Arc<T::Listener>> {
        let made = Arc::new(made);
        let mut state = self.lock();
        if state.period != period {
            return None;
        }
        let first = state.on.get_or_insert_with(|| On { listener: Arc::clone(&made), is_listening: false });
        Some(Arc::clone(&first.listener))
    }

    fn note_listening(&self, listener: &Arc<T::Listener>) {
        if let Some(on) = self.lock().on.as_mut().filter(|on| Arc::ptr_eq(&on.listener, listener)) {
            on.is_listening = true;
        }
    }

    /// A panic cannot leave the state half changed: nothing under the lock may panic.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Tool> State<T> {
    #[must_use]
    fn turn_off(&mut self) -> WasOn<T> {
        self.is_enabled = false;
        self.guards = 0;
        self.is_within = false;
        self.period += 1;
        (self.on.take(), self.itself.take())
    }

    #[must_use]
    fn release(&mut self, period: u64) -> Option<WasOn<T>> {
        if self.period != period {
            return None;
        }
        self.guards -= 1;
        let is_wanted = self.is_enabled || self.guards > 0 || self.is_within;
        (!is_wanted).then(|| self.turn_off())
    }
}

impl<T: Tool> Release for Switch<T> {
    fn release(&self, period: u64) {
        let was_on = self.change(|state| state.release(period));
        drop(was_on);
    }
}

#[cfg(all(test, async_hooks_model))]
mod model;

#[cfg(all(test, not(async_hooks_model)))]
mod tests;
