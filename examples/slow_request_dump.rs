//! A server that leaves a recording of each slow request, and of each panic.
//!
//! The file is there when somebody looks, an hour later: which request it was, what it did, and what it waited for.
//!
//! ```text
//! 61 ms  http::request 9  examples/slow_request_dump.rs:26:60  "GET /report"
//! …
//! ```

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use async_hooks::http::{RequestLayer, request_label};
use async_hooks::recorder::{FlightRecorder, Recording};
use axum::{Router, routing};
use tokio::net::TcpListener;

const SLOW: Duration = Duration::from_millis(50);

async fn report() -> &'static str {
    async_hooks::tokio::task("db::query").spawn(tokio::time::sleep(SLOW)).await.map_or("failed", |()| "done")
}

fn router() -> Router {
    Router::new()
        .route("/", routing::get(|| async { "ok" }))
        .route("/report", routing::get(report))
        .layer(RequestLayer::new())
}

/// The recordings in a directory, the oldest first.
fn recordings(directory: &Path) -> Result<Vec<Recording>, Box<dyn Error>> {
    let mut files =
        std::fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files.iter().map(Recording::open).collect::<Result<_, _>>()?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::temp_dir().join(format!("slow-requests-{}", std::process::id()));
    let recorder = FlightRecorder::builder().label_with(request_label).dumps(10, Duration::from_secs(60)).build();
    recorder.enable();
    let slow = recorder.dump_slow("http::request", SLOW, &directory);
    let panics = recorder.dump_on_panic(&directory);

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async { axum::serve(listener, router()).await });
    for path in ["", "", "report", ""] {
        reqwest::get(format!("http://{address}/{path}")).await?.text().await?;
    }
    // A guard waits for the file that is being written.
    drop((slow, panics));

    let recordings = recordings(&directory)?;
    let slowest = recordings[0].slowest("http::request", 1)[0];
    assert_eq!((recordings.len(), slowest.label()), (1, Some("GET /report")));
    print!("{}", recordings[0].critical_path(slowest.async_id()));
    Ok(std::fs::remove_dir_all(directory)?)
}
