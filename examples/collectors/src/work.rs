//! What a request of the service under load does.

use std::hint::black_box;

use async_hooks::AsyncResource;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Order {
    id: u32,
    user: String,
    articles: Vec<u32>,
}

/// Turns orders into JSON and back: work as the answers of a real service have it.
fn pack(orders: u32) -> usize {
    let order = |id| Order { id, user: format!("user {}", id % 7), articles: (id..id + 8).collect() };
    let text = serde_json::to_string(&Vec::from_iter((0..orders).map(order))).unwrap_or_default();
    let read: Vec<Order> = serde_json::from_str(&text).unwrap_or_default();
    read.iter().map(|order| order.articles.len() + order.user.len()).sum()
}

/// The number of orders in an answer; packing them takes about 200 µs.
const ORDERS: u32 = 250;

/// Packs orders, and then waits for two tasks, one below the other, and a query.
pub(crate) async fn work() -> &'static str {
    black_box(pack(black_box(ORDERS)));
    let task = async_hooks::tokio::spawn(async {
        let inner = async_hooks::tokio::spawn(tokio::task::yield_now());
        AsyncResource::new("db::query").run_in_async_scope(|| ());
        let _ = inner.await;
    });
    let _ = task.await;
    "done"
}
