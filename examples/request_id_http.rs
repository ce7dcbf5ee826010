//! An id for each request of a real HTTP server: handlers and the tasks they spawn read it.
//!
//! One layer takes the id that the client sends, or makes one, and each response carries its own, also while requests overlap.
//!
//! ```text
//!         x-request-id                      handler                           task
//! alice   a-17                              a-17                              a-17
//! bob     a8d08e0321a4d0efc384b5258b2b08ab  a8d08e0321a4d0efc384b5258b2b08ab  a8d08e0321a4d0efc384b5258b2b08ab
//! carol   98c0312f9f4bcec1e1d7faff4384eb51  98c0312f9f4bcec1e1d7faff4384eb51  98c0312f9f4bcec1e1d7faff4384eb51
//! ```
//!
//! Node: `asyncLocalStorage.run(id++, …)` in the callback of `http.createServer`.

use std::error::Error;
use std::sync::LazyLock;

use async_hooks::http::RequestLayer;
use async_hooks::tokio::{JoinSet, spawn};
use axum::extract::Path;
use axum::{Router, routing::get};
use tokio::net::TcpListener;
use tokio::sync::Barrier;

/// Answers wait until all requests have come in, so that the requests overlap.
static ALL_HAVE_ASKED: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(3));

fn request_id() -> String {
    async_hooks::http::request_id().map_or("-".to_owned(), |id| id.to_string())
}

async fn greet(Path(name): Path<String>) -> String {
    ALL_HAVE_ASKED.wait().await;
    let in_task = spawn(async { request_id() }).await.unwrap_or_default();
    format!("{name} {} {in_task}", request_id())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new().route("/greet/{name}", get(greet)).layer(RequestLayer::new());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async { axum::serve(listener, app).await });

    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut responses = JoinSet::new();
    for name in ["alice", "bob", "carol"] {
        let request = client.get(format!("http://{address}/greet/{name}"));
        // One client has an id already, and keeps it.
        responses.spawn(if name == "alice" { request.header("x-request-id", "a-17") } else { request }.send());
    }

    println!("{:<8}{:<34}{:<34}task", "", "x-request-id", "handler");
    while let Some(response) = responses.join_next().await {
        let response = response??;
        let header = response.headers()["x-request-id"].to_str()?.to_owned();
        let body = response.text().await?;
        let [name, handler, task] = body.split(' ').collect::<Vec<_>>()[..] else { return Err(body.into()) };
        println!("{name:<8}{header:<34}{handler:<34}{task}");
        assert_eq!((handler, task), (&*header, &*header));
        assert_eq!(name == "alice", header == "a-17");
    }
    Ok(())
}
