use std::collections::HashMap;

use async_hooks_core::FutureExt as _;
use async_hooks_tracing::{layer, with_async_ids};
use tracing::{Instrument as _, info, info_span};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::log::Log;

async fn handle(name: &str) {
    info!("{name} started");
    tokio::task::yield_now().await;
    info!("{name} finished");
}

fn lines_to(log: &Log) -> impl tracing::Subscriber + Send + Sync + 'static {
    let format = with_async_ids(fmt::format().without_time().with_target(false).with_level(false));
    let lines = fmt::layer().event_format(format).with_ansi(false).with_writer(log.clone());
    // tokio's own events, where it makes any, are TRACE.
    tracing_subscriber::registry().with(LevelFilter::INFO).with(layer()).with(lines)
}

/// The ids at the end of the line that has this text.
fn ids_of(log: &Log, text: &str) -> String {
    let line = log.lines().into_iter().find(|line| line.contains(text)).unwrap();
    line.split_once(" async_id=").unwrap().1.to_owned()
}

fn assert_each_has_its_own(log: &Log) {
    let order: Vec<bool> = log.lines().iter().map(|line| line.contains("started")).collect();
    assert_eq!(order, [true, true, false, false], "they did interleave");
    let ids: HashMap<String, &str> = ["one", "two"].map(|name| (ids_of(log, &format!("{name} started")), name)).into();
    assert_eq!(ids.len(), 2);
    for (ids, name) in ids {
        assert_eq!(ids_of(log, &format!("{name} finished")), ids);
    }
}

#[tokio::test]
async fn two_interleaved_requests_log_their_own_ids_by_their_resources() {
    let log = Log::default();
    let _default = tracing::subscriber::set_default(lines_to(&log));
    tokio::join!(handle("one").in_async_resource("request"), handle("two").in_async_resource("request"));
    assert_each_has_its_own(&log);
}

#[tokio::test]
async fn two_interleaved_requests_log_their_own_ids_by_their_spans() {
    let log = Log::default();
    let _default = tracing::subscriber::set_default(lines_to(&log));
    let one = tokio::spawn(handle("one").instrument(info_span!("request")));
    let two = tokio::spawn(handle("two").instrument(info_span!("request")));
    one.await.unwrap();
    two.await.unwrap();
    assert_each_has_its_own(&log);
}
