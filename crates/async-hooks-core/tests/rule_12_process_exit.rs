//! Rule: no resource alive at process exit is destroyed.

mod child;

use std::sync::{OnceLock, mpsc};
use std::thread;

use async_hooks_core::{AsyncResource, FutureExt as _, create_hook};

use child::{in_child, say};

static KEPT: OnceLock<AsyncResource> = OnceLock::new();

#[test]
fn what_is_alive_at_exit_is_not_destroyed() {
    let child = in_child("what_is_alive_at_exit_is_not_destroyed", || {
        create_hook().destroy(|resource| say(resource.kind())).build().enable();
        KEPT.get_or_init(|| AsyncResource::new("static"));
        std::mem::forget(std::future::pending::<()>().in_async_resource("leaked"));
        Box::leak(Box::new(AsyncResource::new("leaked too")));
        drop(AsyncResource::new("dropped"));
        let (stand, stands) = mpsc::channel();
        thread::spawn(move || {
            let _held = AsyncResource::new("held by another thread");
            let _ = stand.send(());
            loop {
                thread::park();
            }
        });
        let _ = stands.recv();
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.said(), ["dropped"]);
}

#[test]
fn what_a_thread_held_is_destroyed_when_the_thread_ends() {
    let child = in_child("what_a_thread_held_is_destroyed_when_the_thread_ends", || {
        thread_local! {
            static HELD: OnceLock<AsyncResource> = const { OnceLock::new() };
        }
        create_hook().destroy(|resource| say(resource.kind())).build().enable();
        let holding = thread::spawn(|| HELD.with(|held| held.get_or_init(|| AsyncResource::new("held")).async_id()));
        drop(holding.join());
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.said(), ["held"]);
}
