//! Threads that end in every way, child processes and signals.

use std::cell::{Cell, RefCell};
use std::mem;
use std::panic::resume_unwind;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use async_hooks::diagnostics::Dumps;
use async_hooks::{AsyncLocal, AsyncResource, FutureExt as _, detached};

use crate::faults;
use crate::oracle::{FORGOTTEN, SHARED};
use crate::random::Random;
use crate::tasks::Task;
use crate::values::{OWNER, check_idle, check_owner, token};

/// Holds the token, so that a value that stays on a thread is seen.
static KEPT: AsyncLocal<Arc<()>> = AsyncLocal::new();

thread_local! {
    static AT_END: RefCell<Option<AtThreadEnd>> = const { RefCell::new(None) };
}

/// Uses the library where the thread's own variables are being dropped.
///
/// Closures run there, with or without their values.
struct AtThreadEnd;

impl Drop for AtThreadEnd {
    fn drop(&mut self) {
        let runs = Cell::new(0);
        // No span: a registry of tracing-subscriber panics in the destructors of a thread.
        OWNER.run(0, || runs.set(runs.get() + 1));
        AsyncResource::new("at thread end").run_in_async_scope(|| runs.set(runs.get() + 1));
        faults::check(runs.get() == 2, || "a closure did not run at the end of a thread".to_owned());
    }
}

/// A thread that ends inside of scopes, by itself or by a panic.
pub(crate) fn that_dies(random: &mut Random) {
    let (owner, panics, forgets) = (Task::new_owner(), random.one_in(3), random.one_in(2));
    let body = move || {
        AT_END.set(Some(AtThreadEnd));
        KEPT.enter_with(token());
        if forgets {
            mem::forget(KEPT.enter(token()));
        }
        AsyncResource::new("of a thread").run_in_async_scope(|| {
            OWNER.enter_with(owner);
            check_owner(owner, "a thread");
            if panics {
                resume_unwind(Box::new("a thread panics"));
            }
        });
    };
    let thread = match random.below(2) {
        0 => thread::spawn(body),
        _ => async_hooks::thread::spawn(body),
    };
    faults::check(thread.join().is_err() == panics, || "a thread has ended otherwise than it should".to_owned());
    check_idle("who joins a thread");
}

/// One resource on two threads, either of which may destroy it.
pub(crate) fn that_share(random: &mut Random) {
    let resource = AsyncResource::new(SHARED);
    let destroyed = AtomicU64::new(0);
    let destroy_at: [u64; 2] = [random.below(20), random.below(20)];
    async_hooks::thread::scope(|scope| {
        for at in destroy_at {
            let (resource, destroyed) = (&resource, &destroyed);
            scope.spawn(move || {
                for turn in 0..16 {
                    if turn == at {
                        destroyed.fetch_add(u64::from(resource.emit_destroy()), Ordering::Relaxed);
                    }
                    resource.run_in_async_scope(|| ());
                }
            });
        }
    });
    let wanted = u64::from(destroy_at.iter().any(|at| *at < 16));
    faults::check(destroyed.into_inner() == wanted, || "not one thread has destroyed a resource".to_owned());
}

/// A child process that sends this one a signal, for which there is a dump.
pub(crate) fn signals(_: &mut Random) {
    // Elsewhere the signal has another number.
    if !cfg!(target_os = "linux") {
        return;
    }
    const SIGUSR1: i32 = 10;
    let Ok(_dumps) = Dumps::new().on_dump(|dump| drop(dump.to_string())).on_signal(SIGUSR1) else {
        return faults::add("a signal cannot be waited for");
    };
    let kill = Command::new("kill").args(["-USR1", &std::process::id().to_string()]).status();
    faults::check(kill.is_ok_and(|status| status.success()), || "no signal was sent".to_owned());
}

/// Of these there are few, because each stays in memory.
pub(crate) fn forgets(_: &mut Random) {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    if COUNT.fetch_add(1, Ordering::Relaxed) < 100 {
        // It must not keep a value.
        detached(|| mem::forget(Box::pin(async {}.in_async_resource(FORGOTTEN))));
    }
}
