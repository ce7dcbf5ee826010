//! Why does it not exit?
//!
//! On SIGUSR1 the program tells who is alive and what each did last: what executes first, then the causal tree. The
//! same when a shutdown takes longer than it may. In a program of your own, one line at the start of `main` is enough:
//! `let _dump = dump_on_signal(SIGUSR1)?;`
//!
//! ```text
//! dump, signal SIGUSR1: 1 resource executing, 2 waiting
//!   tokio::blocking 4  examples/dump_on_signal.rs:52:35  1 ms old, 1 poll, busy 1 ms, executing for 1 ms
//! 3 alive: 1 request, 1 tokio::blocking, 1 tokio::task
//! root 1
//! ├─ request 2  examples/dump_on_signal.rs:43:19  1 ms old, 1 poll, busy 17 µs, last polled 1 ms ago
//! …
//! ```
//!
//! Node: the `why-is-node-running` package; Go: the dump of all goroutines on SIGQUIT. Unix only.

use std::error::Error;
use std::sync::mpsc;
use std::time::Duration;

use async_hooks::AsyncResource;
use async_hooks::diagnostics::{Dump, Dumps, Report as _};
use async_hooks::tokio::HandleExt as _;
#[cfg(unix)]
use signal_hook::consts::SIGUSR1;
use signal_hook::low_level::raise;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

#[cfg(unix)]
fn main() -> Result<(), Box<dyn Error>> {
    let (dumped, arrived) = mpsc::channel();
    let show = move |dump: &Dump| {
        dump.print();
        println!();
        let _ = dumped.send(dump.clone());
    };
    let dumps = Dumps::new().on_dump(show);
    let _on_signal = dumps.on_signal(SIGUSR1)?;

    let runtime = Builder::new_multi_thread().worker_threads(1).build()?;
    let request = AsyncResource::new("request");
    let (_never_sent, never_comes) = oneshot::channel::<()>();
    let _waits = request.run_in_async_scope(|| runtime.handle().spawn_tracked(never_comes));
    let (started, has_started) = mpsc::channel();
    // The only worker polls this one next: the other task waits by then.
    let next = started.clone();
    runtime.spawn(async move { next.send(()) });
    has_started.recv()?;
    let (finish, finished) = mpsc::channel::<()>();
    let job = move || {
        started.send(())?;
        Ok::<_, Box<dyn Error + Send + Sync>>(finished.recv()?)
    };
    let _hangs = runtime.handle().spawn_blocking_tracked(job);
    has_started.recv()?;

    raise(SIGUSR1)?;
    let dump = arrived.recv()?;
    assert_eq!(dump.reason(), "signal SIGUSR1");
    assert_eq!(dump.tree().len(), 3);
    let [executing] = dump.executing()[..] else { return Err("one executes".into()) };
    assert_eq!(executing.resource().kind(), "tokio::blocking");

    // Dropping the runtime waits for that job; the dump says so, and the job is let go.
    let shutdown = dumps.after(Duration::from_millis(50));
    let release = std::thread::spawn(move || (arrived.recv(), finish.send(())));
    drop(runtime);
    drop(shutdown);
    let (dump, _) = release.join().map_err(|_| "it only waits")?;
    let dump = dump?;
    assert_eq!((dump.reason(), dump.executing().len()), ("not done within 50 ms".to_owned(), 1));
    Ok(())
}

#[cfg(not(unix))]
fn main() {}
