//! `detached` starts what outlives its request.
//!
//! The first request to ask a pool has its workers started, and without `detached` they would work as that request for
//! ever: with its user in every log line, and its values in memory.
//!
//! ```text
//! worker 3, started by request 2
//! request 2: tea for alice, packed by 3
//! request 4: coffee for bob, packed by 3
//! ```
//!
//! Node: `asyncLocalStorage.exit(callback)`, but for every store at once.

use std::error::Error;
use std::sync::{Arc, OnceLock};

use async_hooks::tokio::spawn;
use async_hooks::{AsyncId, AsyncLocal, detached, execution_async_id, trigger_async_id};
use tokio::sync::{mpsc, oneshot};

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");

/// A worker's orders, each with the way back.
type Pool = mpsc::Sender<(String, oneshot::Sender<String>)>;

static POOL: OnceLock<Pool> = OnceLock::new();

fn pool() -> &'static Pool {
    POOL.get_or_init(|| {
        let (orders, taken) = mpsc::channel(8);
        // Not `spawn(future.detached())`: a task captures the values at its spawn, and would keep those its future does not see.
        detached(|| spawn(work(taken)));
        orders
    })
}

async fn work(mut orders: mpsc::Receiver<(String, oneshot::Sender<String>)>) {
    // The chain of triggers goes on: a report can still tell which request had the worker started.
    println!("worker {}, started by request {}", execution_async_id(), trigger_async_id().unwrap_or(AsyncId::ROOT));
    while let Some((order, answer)) = orders.recv().await {
        assert_eq!(USER.get(), None, "the worker has no values of its own");
        let _ = answer.send(format!("{order}, packed by {}", execution_async_id()));
    }
}

async fn request(order: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    let (answer, answered) = oneshot::channel();
    let user = USER.with(|user| user.copied().unwrap_or("nobody"));
    pool().send((format!("{order} for {user}"), answer)).await?;
    let packed = answered.await?;
    println!("request {}: {packed}", execution_async_id());
    assert!(packed.contains(user));
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let alice = Arc::new("alice");
    spawn(USER.scope(Arc::clone(&alice), request("tea"))).await??;
    spawn(USER.scope("bob", request("coffee"))).await??;
    assert_eq!(Arc::strong_count(&alice), 1, "the worker lives on and has nothing of alice's");
    Ok(())
}
