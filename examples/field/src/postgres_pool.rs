//! A pool of connections to PostgreSQL, which the first request makes.

use std::time::Duration;

use async_hooks::diagnostics::{TrackingReport, tracking_report};
use async_hooks::http::RequestLayer;
use async_hooks::{AsyncHook, Resource, create_hook};
use axum::middleware::from_fn;
use axum::{Router, routing::get};
use tokio::net::TcpListener;
use tokio_postgres::{Config, NoTls};

use crate::axum_streams::authenticate;
use crate::points::check_unset;
use crate::postgres_queries::{Database, handler};
use crate::{Failure, storm};

pub(crate) async fn run(config: &str) -> Result<TrackingReport, Failure> {
    let config: Config = config.parse()?;
    wait_until_ready(&config).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    let app = Router::new().route("/", get(handler)).layer(from_fn(authenticate)).layer(RequestLayer::new());
    let app = app.with_state(Database::new(config));
    let server = tokio::spawn(async { axum::serve(listener, app).await });

    let of_connections = of_connections();
    let _enabled = of_connections.enable_scoped();
    let clients = storm::clients()?;
    storm::run(|number| storm::read(&clients[number % 2], &url, number)).await?;
    server.abort();
    Ok(tracking_report().await)
}

/// A connection's task has nothing of the request that opened it: see `runtimes`.
///
/// Only automatic mode tracks it.
fn of_connections() -> AsyncHook {
    let is_pools = |task: &Resource| task.kind() == "tokio::task" && task.location().file().contains("/deadpool-");
    create_hook()
        .before(move |task| {
            if is_pools(task) {
                check_unset("task of a connection")
            }
        })
        .build()
}

async fn wait_until_ready(config: &Config) -> Result<(), Failure> {
    for _ in 0..600 {
        if config.connect(NoTls).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err("PostgreSQL does not answer within 30 s".into())
}
