//! A hook that several holders share: it is enabled while there is a holder.
//!
//! A thread that disables a hook cannot know whether a new holder has joined meanwhile. So a hook is never enabled again: when
//! its last holder leaves, the hook has *ended*, and the next holder gets a new one.
//!
//! ```text
//!   join     under the lock      takes the current hook, or makes one
//!   listen   without the lock    disables the hooks that have ended, enables the current one
//!   leave    under the lock      the last holder moves the current hook to those that have ended
//!   settle   without the lock    disables the hooks that have ended
//! ```
//!
//! A change of the list of hooks may drop a hook of the program, and that drop may join or leave here, or wait for a thread that
//! does. So no lock is held during a change, and no thread waits for a change of another one: each thread makes every change
//! that it relies on, and a change that is made twice does nothing the second time.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use async_hooks_core::AsyncHook;

use crate::sync::{AtomicBool, Mutex, MutexGuard};

/// Creates the hooks, one after the other, and counts the holders of the current one.
pub(crate) struct SharedHook<H = AsyncHook> {
    make: fn() -> H,
    hooks: Mutex<Hooks<H>>,
    is_wanted: AtomicBool,
}

struct Hooks<H> {
    holders: usize,
    /// There is one while there are holders.
    current: Option<H>,
    /// They have no holders and never get one, and may still be enabled.
    ended: Vec<H>,
}

/// A handle of a hook, or of one in a model.
pub(crate) trait HookHandle: Clone {
    fn enable(&self);
    fn disable(&self);
    fn is_enabled(&self) -> bool;
}

impl HookHandle for AsyncHook {
    fn enable(&self) {
        AsyncHook::enable(self);
    }

    fn disable(&self) {
        AsyncHook::disable(self);
    }

    fn is_enabled(&self) -> bool {
        AsyncHook::is_enabled(self)
    }
}

impl<H: HookHandle> SharedHook<H> {
    pub(crate) const fn new(make: fn() -> H) -> Self {
        let hooks = Hooks { holders: 0, current: None, ended: Vec::new() };
        SharedHook { make, hooks: Mutex::new(hooks), is_wanted: AtomicBool::new(false) }
    }

    /// Adds a holder.
    ///
    /// From its [`listen`](Self::listen) until it leaves, the hook is enabled and keeps its place among all hooks.
    pub(crate) fn join(&self) -> H {
        let mut hooks = self.lock();
        hooks.holders += 1;
        self.is_wanted.store(true, Ordering::Relaxed);
        hooks.current.get_or_insert_with(self.make).clone()
    }

    /// Enables a holder's hook.
    ///
    /// The hooks before it are disabled first, so that no event reaches two of them.
    pub(crate) fn listen(&self, hook: &H) {
        self.settle();
        hook.enable();
    }

    /// Removes a holder.
    ///
    /// If it was the last one, returns the result of `note`, which runs before another holder can join;
    /// [`settle`](Self::settle) then disables the hook.
    pub(crate) fn leave<R>(&self, note: impl FnOnce() -> R) -> Option<R> {
        let mut hooks = self.lock();
        hooks.holders -= 1;
        let is_last = hooks.holders == 0;
        is_last.then(|| {
            let ended = hooks.current.take();
            hooks.ended.extend(ended);
            self.is_wanted.store(false, Ordering::Relaxed);
            note()
        })
    }

    /// Disables the hooks that have ended.
    ///
    /// Each stays in `ended` until it is disabled, so that another thread meanwhile disables it as well, and does not rely on
    /// this one.
    pub(crate) fn settle(&self) {
        let ended = self.lock().ended.clone();
        for hook in ended.iter().filter(|hook| hook.is_enabled()) {
            hook.disable();
        }
        if !ended.is_empty() {
            // A hook that has ended and is disabled stays so: only holders enable it.
            self.lock().ended.retain(H::is_enabled);
        }
    }

    /// Whether there is a holder.
    pub(crate) fn is_wanted(&self) -> bool {
        self.is_wanted.load(Ordering::Relaxed)
    }

    /// A panic cannot leave it half changed: nothing that may panic runs while it is locked.
    fn lock(&self) -> MutexGuard<'_, Hooks<H>> {
        self.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(all(test, async_hooks_model))]
mod model;

#[cfg(all(test, not(async_hooks_model)))]
mod tests {
    use super::*;
    use async_hooks_core::{AsyncResource, Resource, create_hook};
    use std::sync::atomic::AtomicUsize;

    static HEARD: AtomicUsize = AtomicUsize::new(0);

    static KEEPER: SharedHook = SharedHook::new(|| {
        let count = |resource: &Resource| {
            if resource.kind() == "kept" {
                HEARD.fetch_add(1, Ordering::Relaxed);
            }
        };
        create_hook().init(count).build()
    });

    fn join_and_listen() {
        let hook = KEEPER.join();
        KEEPER.listen(&hook);
    }

    /// How many hooks receive one `init`.
    fn listening() -> usize {
        let before = HEARD.load(Ordering::Relaxed);
        drop(AsyncResource::new("kept"));
        HEARD.load(Ordering::Relaxed) - before
    }

    /// Between the steps of one thread come the steps that another thread could take meanwhile.
    #[test]
    fn one_hook_listens_while_there_are_holders_however_late_the_ended_ones_are_disabled() {
        join_and_listen();
        assert_eq!(KEEPER.leave(|| 7), Some(7));
        join_and_listen();
        assert_eq!((listening(), KEEPER.is_wanted()), (1, true), "the new hook alone");
        KEEPER.settle();
        assert_eq!(listening(), 1, "it stays");

        assert!(KEEPER.leave(|| ()).is_some());
        drop(KEEPER.join());
        assert!(KEEPER.leave(|| ()).is_some(), "a holder that never listened");
        join_and_listen();
        join_and_listen();
        assert_eq!((listening(), KEEPER.leave(|| ())), (1, None), "one is left");

        assert!(KEEPER.leave(|| ()).is_some());
        KEEPER.settle();
        assert_eq!((listening(), KEEPER.is_wanted(), KEEPER.lock().ended.len()), (0, false, 0));
    }
}
