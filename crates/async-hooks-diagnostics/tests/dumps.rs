//! Why a program does not exit, reported on request, when it takes too long, and on a signal.

mod turns;

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use async_hooks_core::AsyncResource;
use async_hooks_diagnostics::{Dump, Dumps, Registry, Report as _};
use turns::turn;

const PATIENCE: Duration = Duration::from_secs(60);
const LONG: Duration = Duration::from_secs(3600);

fn sending() -> (Dumps, Receiver<Dump>) {
    let (sent, dumps) = mpsc::channel();
    (Dumps::new().on_dump(move |dump| sent.send(dump.clone()).unwrap_or_default()), dumps)
}

#[test]
fn a_dump_lists_what_executes_first_and_then_everybody() {
    let _turn = turn();
    let dumps = Dumps::new();
    let [outer, inner, waiting] = ["outer", "inner", "waiting"].map(AsyncResource::new);
    waiting.run_in_async_scope(|| ());
    let dump = outer.run_in_async_scope(|| inner.run_in_async_scope(|| dumps.now()));
    let executing = Vec::from_iter(dump.executing().iter().map(|live| live.resource()));
    assert_eq!((executing, dump.tree().len()), (vec![outer.resource(), inner.resource()], 3));

    let text = dump.to_string();
    let lines = Vec::from_iter(text.lines());
    assert_eq!((lines[0], lines[1]), ("dump, asked: 2 resources executing, 1 waiting", ""));
    assert!(
        lines[2].starts_with("  outer ")
            && lines[2].contains(", 1 poll, busy ")
            && lines[2].contains(", executing for ")
    );
    assert!(lines[3].starts_with("  inner "));
    assert_eq!((lines[4], lines[5]), ("", "3 alive: 1 inner, 1 outer, 1 waiting"));
    assert!(text.contains("└─ waiting ") && text.contains("1 poll, busy") && text.contains("last polled"), "{text}");
    assert!(!text.contains('\u{1b}') && dump.ansi(true).to_string().contains('\u{1b}'));
}

#[test]
fn a_dump_of_nobody_says_so() {
    let _turn = turn();
    assert_eq!(Dumps::new().now().to_string(), "dump, asked: 0 resources executing, 0 waiting\n\nnothing is alive\n");
    assert!(Dumps::of(&Registry::new()).now().tree().is_empty(), "that registry does not listen");
}

#[test]
fn what_is_not_done_in_time_is_dumped_once_while_it_hangs() {
    let _turn = turn();
    let (dumps, arrived) = sending();
    let shutdown = AsyncResource::new("shutdown");
    let limit = Duration::from_millis(5);
    let begin = Instant::now();
    let deadline = dumps.after(limit);
    // Hangs until it is dumped.
    let dump = shutdown.run_in_async_scope(|| arrived.recv_timeout(PATIENCE)).expect("it is dumped");
    assert!(begin.elapsed() >= limit);
    assert_eq!(
        (dump.reason(), dump.executing()[0].resource()),
        ("not done within 5 ms".to_owned(), shutdown.resource())
    );
    drop((deadline, dumps));
    assert_eq!(arrived.recv_timeout(PATIENCE).err(), Some(RecvTimeoutError::Disconnected), "its thread has ended");
}

#[test]
fn what_is_done_in_time_is_not_dumped_and_leaves_no_thread() {
    let _turn = turn();
    let (dumps, arrived) = sending();
    for limit in [LONG, Duration::MAX] {
        drop(dumps.after(limit));
    }
    drop(dumps);
    assert_eq!(arrived.recv_timeout(PATIENCE).err(), Some(RecvTimeoutError::Disconnected));
}

#[cfg(unix)]
mod on_a_signal {
    use super::*;
    use async_hooks_diagnostics::dump_on_signal;
    use signal_hook::consts::{SIGKILL, SIGSEGV, SIGUSR1, SIGUSR2};
    use signal_hook::low_level::raise;

    #[test]
    fn each_signal_is_answered_by_a_dump_until_the_guard_is_dropped() {
        let _turn = turn();
        let (dumps, arrived) = sending();
        let guard = dumps.on_signal(SIGUSR1).expect("the signal can be had");
        let job = AsyncResource::new("job");
        for _ in 0..3 {
            raise(SIGUSR1).expect("it can be raised");
            let dump = arrived.recv_timeout(PATIENCE).expect("it is answered");
            assert_eq!(
                (dump.reason(), dump.tree().resources()[0].resource()),
                ("signal SIGUSR1".to_owned(), job.resource())
            );
        }
        drop((guard, dumps));
        assert_eq!(arrived.recv_timeout(PATIENCE).err(), Some(RecvTimeoutError::Disconnected), "its thread has ended");
        raise(SIGUSR1).expect("it can be raised, and harms nobody");
    }

    #[test]
    fn two_may_listen_to_one_signal() {
        let _turn = turn();
        let ((first, to_first), (second, to_second)) = (sending(), sending());
        let _guards = (first.on_signal(SIGUSR2).expect("had"), second.on_signal(SIGUSR2).expect("had"));
        raise(SIGUSR2).expect("it can be raised");
        assert!(to_first.recv_timeout(PATIENCE).is_ok() && to_second.recv_timeout(PATIENCE).is_ok());
    }

    #[test]
    fn a_callback_that_panics_leaves_the_program_and_the_signal_in_peace() {
        let _turn = turn();
        let (told, calls) = mpsc::channel();
        let panics = move |_: &Dump| {
            told.send(()).unwrap_or_default();
            std::panic::resume_unwind(Box::new("on purpose"));
        };
        let guard = Dumps::new().on_dump(panics).on_signal(SIGUSR1).expect("the signal can be had");
        raise(SIGUSR1).expect("it can be raised");
        calls.recv_timeout(PATIENCE).expect("it is called");
        raise(SIGUSR1).expect("it can be raised");
        drop(guard);
        assert_eq!(calls.recv_timeout(PATIENCE).err(), Some(RecvTimeoutError::Disconnected));
    }

    #[test]
    fn what_is_no_signal_or_cannot_be_waited_for_is_refused() {
        for signal in [SIGKILL, SIGSEGV, 0, -1, 9_999, i32::MAX, i32::MIN] {
            let refused = dump_on_signal(signal).map(drop).map_err(|error| (error.kind(), error.to_string()));
            let message = format!("signal {signal} cannot be waited for");
            assert_eq!(refused, Err((std::io::ErrorKind::InvalidInput, message)));
        }
    }
}
