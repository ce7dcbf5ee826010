//! An id per request of a real HTTP server, however many requests run at once.
//!
//! One middleware sets it, handlers and the tasks they spawn read it, and each response carries its own.
//!
//! Node: `asyncLocalStorage.run(id++, …)` in the callback of `http.createServer`.

use std::error::Error;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use async_hooks::AsyncLocal;
use async_hooks::tokio::{JoinSet, spawn};
use axum::extract::{Path, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::{Router, routing::get};
use tokio::net::TcpListener;
use tokio::sync::Barrier;

static REQUEST_ID: AsyncLocal<u64> = AsyncLocal::new().named("request id");

/// Nobody is answered before all have asked: so the requests do overlap.
static ALL_HAVE_ASKED: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(3));

async fn assign_request_id(request: Request, next: Next) -> Response {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let id = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    let mut response = REQUEST_ID.scope(id, next.run(request)).await;
    response.headers_mut().insert("x-request-id", id.into());
    response
}

fn request_id() -> String {
    REQUEST_ID.with(|id| id.map_or("-".to_owned(), u64::to_string))
}

async fn greet(Path(name): Path<String>) -> String {
    ALL_HAVE_ASKED.wait().await;
    let in_task = spawn(async { request_id() }).await.unwrap_or_default();
    format!("{name} {} {in_task}", request_id())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new().route("/greet/{name}", get(greet)).layer(from_fn(assign_request_id));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async { axum::serve(listener, app).await });

    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut responses = JoinSet::new();
    for name in ["alice", "bob", "carol"] {
        responses.spawn(client.get(format!("http://{address}/greet/{name}")).send());
    }

    println!("{:<8}{:<14}{:<9}task", "", "x-request-id", "handler");
    while let Some(response) = responses.join_next().await {
        let response = response??;
        let header = response.headers()["x-request-id"].to_str()?.to_owned();
        let body = response.text().await?;
        let [name, handler, task] = body.split(' ').collect::<Vec<_>>()[..] else { return Err(body.into()) };
        println!("{name:<8}{header:<14}{handler:<9}{task}");
        assert_eq!((handler, task), (&*header, &*header));
    }
    Ok(())
}
