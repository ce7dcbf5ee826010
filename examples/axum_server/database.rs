//! Code that knows nothing of HTTP, and whose log lines belong to a request all the same.

use async_hooks::prelude::*;
use async_hooks::tokio::spawn_blocking;
use tracing::info;

/// A query is a resource of its own, below the request; its work is done on another thread.
pub(crate) async fn orders_of(user: String) -> Vec<u32> {
    let query = async move {
        let rows = spawn_blocking(move || {
            info!("select * from orders where user = '{user}'");
            vec![7, 21, 42]
        });
        rows.await.unwrap_or_default()
    };
    query.in_async_resource("db::query").await
}
