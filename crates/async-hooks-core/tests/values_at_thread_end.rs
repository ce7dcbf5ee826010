//! Values and hooks at the end of a thread.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod child;

use std::panic::panic_any;
use std::sync::Arc;
use std::thread;

use async_hooks_core::{AsyncHook, AsyncLocal, AsyncResource, Hook};

use child::{in_child, say};

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic_any("value");
    }
}

static BOMB: AsyncLocal<Bomb> = AsyncLocal::new();

#[test]
fn a_value_that_panics_when_its_thread_ends_does_not_end_the_program() {
    let child = in_child("a_value_that_panics_when_its_thread_ends_does_not_end_the_program", || {
        let _ = thread::spawn(|| BOMB.enter_with(Bomb)).join();
        say("still here");
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.said(), ["still here"]);
}

/// A hook that owns something, and what it owns.
struct Owning(#[expect(dead_code, reason = "it is counted")] Arc<()>);

impl Hook for Owning {}

/// Enables a hook while a thread lives.
///
/// Returns how many owners of what it owns are left when both have ended.
fn owners_after(ending: impl FnOnce() + Send + 'static) -> usize {
    let owned = Arc::new(());
    let hook = AsyncHook::new(Owning(Arc::clone(&owned)));
    let enabled = hook.enable_scoped();
    assert!(thread::spawn(ending).join().is_ok());
    drop((enabled, hook));
    drop(AsyncResource::new("forgets what is disabled here"));
    Arc::strong_count(&owned)
}

#[test]
fn a_thread_that_has_ended_keeps_no_hook() {
    thread_local! {
        static LATE: Late = const { Late };
    }
    struct Late;
    impl Drop for Late {
        /// The thread has freed its copy of the hooks, and makes another one.
        fn drop(&mut self) {
            drop(AsyncResource::new("in a destructor"));
        }
    }
    assert_eq!(owners_after(|| drop(AsyncResource::new("event"))), 1);
    let late = || {
        // The last one that is used is the first to be destroyed.
        LATE.with(|_| ());
        drop(AsyncResource::new("event"));
    };
    assert_eq!(owners_after(late), 1);
}
