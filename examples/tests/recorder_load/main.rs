//! A server under load with a recorder: memory is flat, and requests are nearly as many.
//!
//! Two seconds here, where only the bounds of the recorder are compared; `cargo xtask prove recorder` takes an hour, and compares the
//! memory of the process, and the requests for the time of the processor, in turn with the recorder and without.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::env;
use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_hooks::http::{RequestLayer, request_label};
use async_hooks::recorder::FlightRecorder;
use axum::{Router, routing};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;

const MEMORY: usize = 8 << 20;
const CONNECTIONS: usize = 16;

/// With and without the recorder, in turn, this long each.
const SLICE: Duration = Duration::from_millis(250);

/// The server does nothing but spawn a task.
///
/// With 13 µs for a request, its client included, it shows the cost of 25 events most clearly.
const LEAST_RATIO: f64 = 0.75;

fn duration() -> Option<Duration> {
    env::var("RECORDER_LOAD_SECONDS").ok()?.parse().ok().map(Duration::from_secs)
}

async fn handle() -> &'static str {
    async_hooks::tokio::spawn(tokio::task::yield_now()).await.map_or("failed", |()| "answered")
}

async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/", routing::get(handle)).layer(RequestLayer::new());
    tokio::spawn(async { axum::serve(listener, router).await });
    address
}

/// Asks over one connection until it has to stop.
async fn ask(address: SocketAddr, answered: Arc<AtomicU64>, stop: Arc<AtomicBool>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut answer = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        answer.clear();
        while !answer.ends_with(b"answered") {
            assert!(stream.read_buf(&mut answer).await.unwrap() > 0);
        }
        answered.fetch_add(1, Ordering::Relaxed);
    }
}

/// KiB of the process; 0 where the system does not say.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

/// Hundredths of a second that the process has worked, which other programs do not change.
///
/// 0 where the system does not say.
fn worked() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

/// What a slice has answered, and what that took.
#[derive(Clone, Copy, Default, Debug)]
struct Slices {
    answered: u64,
    worked: u64,
}

impl Slices {
    fn answered_in_time(&self) -> f64 {
        self.answered as f64 / self.worked.max(1) as f64
    }
}

#[test]
fn a_server_with_a_recorder_stays_within_its_memory_and_answers_nearly_as_many_requests() {
    let recorder = FlightRecorder::builder().memory(MEMORY).label_with(request_label).build();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (answered, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    runtime.block_on(async {
        let address = serve().await;
        (0..CONNECTIONS).for_each(|_| drop(tokio::spawn(ask(address, Arc::clone(&answered), Arc::clone(&stop)))));
    });
    let total = duration().unwrap_or(Duration::from_secs(2));
    let (start, mut slices, mut memory) = (Instant::now(), [Slices::default(); 2], Vec::new());
    while start.elapsed() < total {
        for (is_on, slices) in slices.iter_mut().enumerate() {
            let enabled = (is_on == 1).then(|| recorder.enable_scoped());
            let before = (answered.load(Ordering::Relaxed), worked());
            runtime.block_on(async { tokio::time::sleep(SLICE).await });
            slices.answered += answered.load(Ordering::Relaxed) - before.0;
            slices.worked += worked() - before.1;
            let stats = recorder.stats();
            assert!(stats.bytes() <= MEMORY && stats.living_bytes() < MEMORY && stats.lost() == 0, "{stats:?}");
            drop(enabled);
        }
        memory.push(resident());
    }
    assert!(recorder.recording().slowest("http::request", 1)[0].label() == Some("GET /"));
    stop.store(true, Ordering::Relaxed);
    drop(runtime);

    let ratio = slices[1].answered_in_time() / slices[0].answered_in_time();
    println!("{slices:?} without and with the recorder, {ratio:.3}; KiB resident: {:?}", memory.last());
    if duration().is_some() {
        let (early, late) = (memory[memory.len() / 4], memory[memory.len() - 1]);
        assert!(late <= early + early / 20, "{early} KiB, and later {late} KiB");
        assert!(ratio >= LEAST_RATIO, "{slices:?}");
    }
}
