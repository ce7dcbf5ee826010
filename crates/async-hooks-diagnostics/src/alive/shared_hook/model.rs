//! Holders that come and go at once, in many orders of their steps.

use std::sync::Arc;
use std::sync::Mutex as Unexplored;

use async_hooks_explorer::{Steps, at_once, explore};

use super::*;

/// All hooks that were made in this order of steps; these models run one after the other.
static MADE: Unexplored<Vec<Handle>> = Unexplored::new(Vec::new());

#[derive(Clone)]
struct Handle(Arc<AtomicBool>);

impl HookHandle for Handle {
    fn enable(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn disable(&self) {
        self.0.store(false, Ordering::SeqCst);
    }

    fn is_enabled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

fn made() -> Vec<Handle> {
    MADE.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn make() -> Handle {
    let handle = Handle(Arc::new(AtomicBool::new(false)));
    MADE.lock().unwrap_or_else(PoisonError::into_inner).push(handle.clone());
    handle
}

fn start() -> Arc<SharedHook<Handle>> {
    MADE.lock().unwrap_or_else(PoisonError::into_inner).clear();
    Arc::new(SharedHook::new(make))
}

/// A holder, from its first step to its last.
fn hold(shared: &SharedHook<Handle>) {
    let own = shared.join();
    shared.listen(&own);
    for hook in made() {
        let is_own = Arc::ptr_eq(&hook.0, &own.0);
        assert_eq!(hook.is_enabled(), is_own, "while there is a holder, its hook is enabled and no other");
    }
    assert!(shared.is_wanted());
    if shared.leave(|| ()).is_some() {
        shared.settle();
    }
}

#[test]
fn a_holder_has_one_enabled_hook_while_others_come_and_go() {
    explore(|| {
        let shared = start();
        let holder = |times: usize| {
            let shared = Arc::clone(&shared);
            Box::new(move || (0..times).for_each(|_| hold(&shared))) as Steps
        };
        at_once([holder(2), holder(1), holder(1)]);
        assert!(made().iter().all(|hook| !hook.is_enabled()), "no hook outlives its holders");
        assert!(!shared.is_wanted() && shared.lock().ended.is_empty());
    });
}

#[test]
fn a_holder_that_never_listens_leaves_no_hook() {
    explore(|| {
        let shared = start();
        let (silent, listening) = (Arc::clone(&shared), Arc::clone(&shared));
        at_once([
            Box::new(move || {
                silent.join();
                if silent.leave(|| ()).is_some() {
                    silent.settle();
                }
            }),
            Box::new(move || hold(&listening)),
        ]);
        assert!(made().iter().all(|hook| !hook.is_enabled()));
        assert!(shared.lock().ended.is_empty());
    });
}
