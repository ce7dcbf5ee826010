//! Threads that change a list of hooks at once, in many orders of their steps.

use async_hooks_explorer::{Steps, at_once, explore};

use super::interest::{OF_ALL, VERSION};
use super::*;
use crate::hooks::hook::Hook;

struct Silent;

impl Hook for Silent {}

const INIT: u64 = Events::INIT.bits() as u64;
const BEFORE: u64 = Events::BEFORE.bits() as u64;

fn list() -> Arc<HookList> {
    Arc::new(HookList::new())
}

fn hook() -> Arc<Listener> {
    Arc::new(Listener::new(Silent))
}

fn wanted(list: &HookList) -> u64 {
    list.interest() % VERSION
}

/// What a thread copies: the hooks, and whether they are for all resources.
fn seen(copy: &[HookEntry]) -> Vec<(*const Listener, bool)> {
    copy.iter().map(|entry| (Arc::as_ptr(&entry.listener), entry.is_global)).collect()
}

#[test]
fn a_copy_whose_version_is_current_is_the_list() {
    explore(|| {
        let (list, hooks) = (list(), [hook(), hook()]);
        let change = |hook: &Arc<Listener>, claim| {
            let (list, hook) = (Arc::clone(&list), Arc::clone(hook));
            Box::new(move || {
                let period = list.enable(&hook, Events::INIT, claim);
                list.release(&hook, period, claim);
                list.enable(&hook, Events::BEFORE, Claim::Lasting);
            }) as Steps
        };
        let reading = Arc::clone(&list);
        let read = Box::new(move || {
            for _ in 0..3 {
                let (copy, interest) = reading.copy();
                let (again, later) = reading.copy();
                assert!(interest != later || seen(&copy) == seen(&again), "a change without a new version");
            }
        });
        at_once([change(&hooks[0], Claim::Guard), change(&hooks[1], Claim::Scope), read]);
        let (copy, interest) = list.copy();
        assert_eq!((copy.len(), interest % VERSION), (2, BEFORE | BEFORE << OF_ALL));
        assert!(copy.iter().is_sorted_by_key(HookEntry::enabled_at));
    });
}

#[test]
fn what_a_thread_has_enabled_is_wanted_whatever_others_do() {
    explore(|| {
        let list = list();
        let toggle = || {
            let list = Arc::clone(&list);
            Box::new(move || {
                let hook = hook();
                list.enable(&hook, Events::INIT, Claim::Lasting);
                assert_eq!(wanted(&list) & INIT, INIT);
                assert!(list.copy().0.iter().any(|entry| Arc::ptr_eq(&entry.listener, &hook)));
                list.disable(&hook);
                assert!(!list.copy().0.iter().any(|entry| Arc::ptr_eq(&entry.listener, &hook)));
            }) as Steps
        };
        at_once([toggle(), toggle(), toggle()]);
        assert_eq!((wanted(&list), list.copy().0.len()), (0, 0));
    });
}

#[test]
fn a_guard_of_an_earlier_period_ends_nothing() {
    explore(|| {
        let (list, hook) = (list(), hook());
        let (guarded, guard) = (Arc::clone(&list), Arc::clone(&hook));
        let (enabled, again) = (Arc::clone(&list), Arc::clone(&hook));
        at_once([
            Box::new(move || {
                let period = guarded.enable(&guard, Events::INIT, Claim::Guard);
                guarded.release(&guard, period, Claim::Guard);
            }),
            Box::new(move || {
                enabled.disable(&again);
                enabled.enable(&again, Events::INIT, Claim::Lasting);
            }),
        ]);
        assert!(hook.is_enabled() && hook.is_listed());
        assert_eq!(wanted(&list), INIT | INIT << OF_ALL);
    });
}

#[test]
fn hooks_that_are_disabled_by_several_threads_leave_nothing() {
    explore(|| {
        let (list, hook) = (list(), hook());
        let end = |claim| {
            let (list, hook) = (Arc::clone(&list), Arc::clone(&hook));
            Box::new(move || {
                let period = list.enable(&hook, Events::INIT, claim);
                list.release(&hook, period, claim);
                list.disable(&hook);
            }) as Steps
        };
        at_once([end(Claim::Guard), end(Claim::Scope), end(Claim::Lasting)]);
        assert_eq!((wanted(&list), list.copy().0.len(), hook.is_enabled()), (0, 0, false));
    });
}
