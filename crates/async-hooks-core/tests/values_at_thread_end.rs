//! A value that panics when its thread drops it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod child;

use std::panic::panic_any;
use std::thread;

use async_hooks_core::AsyncLocal;

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
