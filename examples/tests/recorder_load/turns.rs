//! The turns of one server, in the process of a [`Service`](crate::service::Service).

use std::io;
use std::time::Duration;

use async_hooks::http::request_label;
use async_hooks::recorder::FlightRecorder;
use tokio::runtime::Builder;

use crate::service::ANSWER;
use crate::serving;
use crate::slice::Slice;

const MEMORY: usize = 32 << 20;
const USERS: usize = 16;

/// The most bytes of the table of the living, which would grow if a request stayed in it.
const MOST_LIVING: usize = 1 << 20;

/// Serves whenever it is asked to, until nobody asks any more.
pub(crate) fn take(role: &str) {
    serving::log_to_nowhere();
    let recorder = FlightRecorder::builder().memory(MEMORY).label_with(request_label).build();
    let _enabled = (role == "with").then(|| recorder.enable_scoped());
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let server = runtime.block_on(serving::serve());
    for line in io::stdin().lines() {
        let slice = Slice::measure(&runtime, server, USERS, Duration::from_millis(line.unwrap().parse().unwrap()));
        println!("{ANSWER}{slice}");
        let stats = recorder.stats();
        assert!(stats.bytes() <= MEMORY && stats.living_bytes() <= MOST_LIVING && stats.lost() == 0, "{stats:?}");
    }
    if role == "with" {
        let recording = recorder.recording();
        let slowest = recording.slowest("http::request", 1);
        let labels = Vec::from_iter(slowest.iter().map(|life| life.label()));
        assert!(matches!(*labels, [Some("GET /orders" | "GET /report")]), "{slowest:?}");
        assert!(crate::duration().is_none() || recorder.stats().overwritten() > 0, "the rings were never full");
    }
}
