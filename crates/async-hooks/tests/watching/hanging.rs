//! Runtimes that do not end.

use std::sync::mpsc;
use std::time::Duration;

use async_hooks::diagnostics::{Dump, Dumps};
use async_hooks::tokio::HandleExt as _;

use crate::{PATIENCE, current_thread, multi_thread, turn};

#[test]
fn a_shutdown_that_hangs_is_dumped_with_the_job_it_waits_for() {
    let _turn = turn();
    for runtime in [current_thread(), multi_thread()] {
        let (dumped, dumps_arrive) = mpsc::channel();
        let dumps = Dumps::new().on_dump(move |dump: &Dump| dumped.send(dump.clone()).unwrap_or_default());
        let (started, has_started) = mpsc::channel();
        let (told, dump) = mpsc::channel();
        let line = line!() + 1;
        let _job = runtime.handle().spawn_blocking_tracked(move || {
            started.send(()).expect("somebody waits");
            // It holds up the shutdown until the dump has come.
            told.send(dumps_arrive.recv_timeout(PATIENCE)).expect("somebody waits");
        });
        has_started.recv().expect("it starts");
        let shutdown = dumps.after(Duration::from_millis(5));
        drop(runtime);
        drop(shutdown);
        let dump = dump.recv().expect("the job has ended").expect("it was dumped");
        let [job] = dump.executing()[..] else { panic!("{dump}") };
        assert_eq!((job.resource().kind(), job.resource().location().line()), ("tokio::blocking", line));
        assert!(job.is_executing() && job.polls() == 1);
    }
}
