//! A service whose numbers are scraped while it works.

use std::future::IntoFuture as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_hooks::http::RequestLayer;
use async_hooks::metrics::Metrics;
use async_hooks::tokio::{spawn, task};
use async_hooks::{AsyncHook, Events, Hook, Resource};
use axum::{Router, routing::get};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;

use crate::Failure;
use crate::hostile::hostile;
use crate::service::end_of_input;

/// How many pairs of kind and line have series of their own.
pub(crate) const SITES: usize = 24;

/// Counts what the metrics have to have counted.
#[derive(Default)]
struct Created(AtomicU64);

impl Hook for Created {
    fn init(&self, _: &Resource) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn events(&self) -> Events {
        Events::INIT
    }
}

/// Serves until its input ends, and then prints how many resources were created.
pub(crate) async fn run() -> Result<(), Failure> {
    let page = PrometheusBuilder::new().install_recorder()?;
    let metrics = Metrics::builder().spawn_sites(SITES).build();
    let created = Arc::<Created>::default();
    AsyncHook::new(Arc::clone(&created)).enable();
    metrics.enable();
    let numbers = metrics.clone();
    let render = async move || {
        numbers.flush();
        page.render()
    };
    let work = Router::new().route("/work", get(work)).route("/hostile", get(hostile)).layer(RequestLayer::new());
    let app = work.route("/metrics", get(render));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).with_graceful_shutdown(end_of_input()).into_future().await?;
    println!("{}", created.0.load(Ordering::Relaxed));
    Ok(())
}

/// Tasks of two kinds, one of which is cancelled.
async fn work() -> &'static str {
    let worker = task("worker").spawn(tokio::task::yield_now());
    let waits = spawn(std::future::pending::<()>());
    waits.abort();
    let _ = (worker.await, waits.await);
    "done"
}
