//! A page that Prometheus scrapes: how many resources live, by kind and line.
//!
//! ```text
//! async_hooks_resources_alive{kind="worker",site="examples/prometheus.rs:33:54"} 2
//! async_hooks_resources_created_total{kind="worker",site="examples/prometheus.rs:33:54"} 2
//! ```
//!
//! With the port as argument it serves until it is ended; without, it reads its page once. `promtool check metrics` accepts the page.
//!
//! Node: `prom-client`, whose `nodejs_active_resources` counts by type, without lines.

use std::env;
use std::error::Error;

use async_hooks::metrics::Metrics;
use async_hooks::tokio::task;
use axum::{Router, routing::get};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let page = PrometheusBuilder::new().install_recorder()?;
    let metrics = Metrics::builder().spawn_sites(100).build();
    metrics.enable();

    // Published once a second; a page that is asked for shows what is so now.
    let render = async move || {
        metrics.flush();
        page.render()
    };
    let work = || async {
        let _waiting = [1, 2].map(|_| task("worker").spawn(std::future::pending::<()>()));
        "done"
    };
    let app = Router::new().route("/metrics", get(render)).route("/", get(work));
    let port: u16 = env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    if port != 0 {
        return Ok(axum::serve(listener, app).await?);
    }
    tokio::spawn(async { axum::serve(listener, app).await });

    let client = reqwest::Client::builder().no_proxy().build()?;
    client.get(&url).send().await?;
    let page = client.get(format!("{url}/metrics")).send().await?.text().await?;
    let of_workers = Vec::from_iter(page.lines().filter(|line| line.contains("resources_") && line.contains("worker")));
    of_workers.iter().for_each(|line| println!("{line}"));
    assert!(of_workers.iter().any(|line| line.starts_with("async_hooks_resources_alive{") && line.ends_with(" 2")));
    Ok(())
}
