//! One request in a hundred was slow, and the recorder says why: another task held the lock.
//!
//! ```text
//! 51 ms  request 190  examples/flight_recorder.rs:46:81  "/orders/57"
//!
//!        after           for
//!         0 ns         11 µs  queued
//!        12 µs          3 µs  running on tokio-rt-worker
//!        15 µs         51 ms  waiting for report 189  examples/flight_recorder.rs:38:64  "/orders/57"
//!         …
//!        51 ms          4 µs  queued
//!        51 ms          7 µs  running on tokio-rt-worker
//! ```
//!
//! The file opens in <https://ui.perfetto.dev> as it is. Go: `runtime/trace.FlightRecorder`, which knows no requests.

use std::error::Error;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_hooks::prelude::*;
use async_hooks::recorder::{FlightRecorder, Recording, State, WaitingFor};
use async_hooks::tokio::task;
use tokio::sync::Mutex;

static PATH: AsyncLocal<String> = AsyncLocal::new();

/// Work of the processor, done while the lock is held.
fn compute(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {}
}

async fn handle(orders: Arc<Mutex<u32>>, number: u32) {
    if number == 57 {
        let mut held = Arc::clone(&orders).lock_owned().await;
        task("report").spawn(async move { (compute(Duration::from_millis(50)), *held += 1) });
    }
    *orders.lock().await += 1;
}

/// Each request is a task of its own, with its path.
async fn serve(orders: &Arc<Mutex<u32>>, number: u32) -> Result<(), Box<dyn Error>> {
    let handled = handle(Arc::clone(orders), number);
    let request = PATH.run(format!("/orders/{number}"), || task("request").spawn(handled));
    Ok(request.await?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let recorder = FlightRecorder::builder().label_with(|| PATH.get()).build();
    recorder.enable();
    let orders = Arc::new(Mutex::new(0));
    for number in 0..100 {
        serve(&orders, number).await?;
    }

    let file = std::env::temp_dir().join(format!("slow-request-{}.pftrace.gz", std::process::id()));
    recorder.recording().save(&file)?;
    println!("{}: {} bytes\n", file.display(), file.metadata()?.len());

    let recording = Recording::open(&file)?;
    let slowest = recording.slowest("request", 1)[0];
    assert_eq!(slowest.label(), Some("/orders/57"));
    let path = recording.critical_path(slowest.async_id());
    print!("{}", path.ansi(std::io::stdout().is_terminal()));
    let longest = path.segments().iter().max_by_key(|segment| segment.duration()).ok_or("no stretch")?;
    let State::Waiting { for_whom: WaitingFor::Resource(holder), .. } = longest.state() else { Err("no wait")? };
    assert_eq!(recording.lifetime(*holder).map(|life| life.kind()), Some("report"));
    Ok(std::fs::remove_file(file)?)
}
