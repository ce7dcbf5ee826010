//! An axum server whose handlers scatter their work over tasks, threads and timers.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_hooks::http::RequestLayer;
use async_hooks::{StoreMap, prelude::*};
use axum::extract::{Path, State};
use axum::serve::ListenerExt as _;
use axum::{Json, Router, http::StatusCode, routing::get};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tracing::info;

use crate::leak_hook::Leak;
use crate::seen::Seen;

pub(crate) struct Server {
    url: String,
    connections: Arc<AtomicUsize>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Server {
    pub(crate) async fn start(stores: StoreMap<String>) -> Result<Self, Box<dyn Error>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let connections = Arc::new(AtomicUsize::new(0));
        let accepted = Arc::clone(&connections);
        let listener = listener.tap_io(move |_| {
            accepted.fetch_add(1, Ordering::Relaxed);
        });

        let routes = Router::new().route("/orders/{number}", get(take_order)).with_state(stores);
        // Each request is a resource with a context of its own.
        let routes = routes.layer(RequestLayer::new());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = axum::serve(listener, routes).with_graceful_shutdown(async { drop(stopped.await) });
        Ok(Server { url, connections, stop, serving: tokio::spawn(serving.into_future()) })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    pub(crate) async fn stop(self) -> Result<(), Box<dyn Error>> {
        drop(self.stop);
        Ok(self.serving.await??)
    }
}

async fn take_order(
    State(stores): State<StoreMap<String>>,
    Path(number): Path<u32>,
) -> Result<Json<[Seen; 4]>, StatusCode> {
    stores.set(format!("order {number}"));
    info!("taking order {number}");
    if number == FORGETFUL_ORDER {
        forget_a_task();
    }
    let (packing, printing, waiting) = (stores.clone(), stores.clone(), stores.clone());
    let task = async_hooks::tokio::spawn(async move {
        tokio::task::yield_now().await;
        info!("packing");
        Seen::here("task", &packing)
    });
    let blocking = async_hooks::tokio::spawn_blocking(move || {
        info!("printing the label");
        Seen::here("blocking", &printing)
    });
    let timer = async move {
        tokio::time::sleep(Duration::from_millis(5)).await;
        Seen::here("timer", &waiting)
    };
    let timer = timer.in_async_resource("timer").await;
    let (task, blocking) = tokio::try_join!(task, blocking).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Json([Seen::here("handler", &stores), task, blocking, timer]))
}

const FORGETFUL_ORDER: u32 = 21;

const FORGETFUL_LINE: u32 = line!() + 3;

fn forget_a_task() {
    async_hooks::tokio::spawn(std::future::pending::<()>());
}

pub(crate) fn is_the_planted_leak(found: &[Leak]) -> bool {
    let [leak] = found else { return false };
    let triggers: Vec<_> = leak.triggers().iter().map(|trigger| trigger.kind()).collect();
    leak.resource().kind() == "tokio::task"
        && leak.resource().location().line() == FORGETFUL_LINE
        && triggers == ["http::request"]
}
