//! A service under load: it counts the spans that have to come of it, by a hook of its own.

use std::ops::AddAssign;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_hooks::http::{RequestLayer, trace_context};
use async_hooks::{AsyncHook, Events, Hook, Resource};
use axum::{Router, routing::get};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::Failure;
use crate::export_runtime;
use crate::service::end_of_input;
use crate::switches::switches;
use crate::work::work;

/// What became of the spans.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Account {
    pub(crate) made: u64,
    pub(crate) exported: u64,
    pub(crate) dropped: u64,
}

impl AddAssign for Account {
    fn add_assign(&mut self, more: Account) {
        self.made += more.made;
        self.exported += more.exported;
        self.dropped += more.dropped;
    }
}

/// Counts what is created in a trace: each is a span when it has ended.
#[derive(Default)]
struct Made(AtomicU64);

impl Hook for Made {
    fn init(&self, _: &Resource) {
        self.0.fetch_add(u64::from(trace_context().is_some()), Ordering::Relaxed);
    }

    fn events(&self) -> Events {
        Events::INIT
    }
}

/// Serves until its input ends, and then prints its account.
pub(crate) async fn run() -> Result<(), Failure> {
    let made = Arc::<Made>::default();
    let (pipeline, runtime) = export_runtime::pipeline()?;
    let counting = AsyncHook::new(Arc::clone(&made));
    let app = Router::new().route("/", get(work)).layer(RequestLayer::new()).merge(switches(&pipeline, &counting));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).with_graceful_shutdown(end_of_input()).await?;
    pipeline.shutdown(Duration::from_secs(10));
    runtime.shutdown_background();
    let stats = pipeline.stats();
    let account =
        Account { made: made.0.load(Ordering::Relaxed), exported: stats.exported(), dropped: stats.dropped() };
    println!("{}", serde_json::to_string(&account)?);
    Ok(())
}
