//! The handler of `postgres_pool`: a query and a transaction on a shared connection.

use std::sync::Arc;

use async_hooks::execution_async_id;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use deadpool_postgres::{Hook, Manager, Pool, Runtime};
use tokio::sync::OnceCell;
use tokio_postgres::{Config, NoTls};

use crate::Failure;
use crate::axum_streams::caller;
use crate::points::{ALWAYS, check};
use crate::witness::owners;

/// A pool that the first request makes.
pub(crate) struct Database(Config, OnceCell<Pool>);

impl Database {
    pub(crate) fn new(config: Config) -> Arc<Self> {
        Arc::new(Self(config, OnceCell::new()))
    }
}

/// In the hook of a new connection the executing request is the one that waits for it.
async fn pool(config: Config) -> Result<Pool, Failure> {
    let opened = Hook::sync_fn(|_, _| {
        let owner = owners(execution_async_id()).into_iter().next().unwrap_or_default();
        check("hook of a new connection", ALWAYS, &owner);
        Ok(())
    });
    let pool = Pool::builder(Manager::new(config, NoTls)).max_size(8).runtime(Runtime::Tokio1);
    Ok(pool.post_create(opened).build()?)
}

pub(crate) async fn handler(State(database): State<Arc<Database>>, headers: HeaderMap) -> Result<String, StatusCode> {
    query(&database, &caller(&headers)).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn query(Database(config, shared): &Database, caller: &str) -> Result<String, Failure> {
    let pool = shared.get_or_try_init(|| pool(config.clone())).await?;
    let mut connection = pool.get().await?;
    check("connection from the pool", ALWAYS, caller);
    let row = connection.query_one("SELECT $1::text, pg_sleep(0.002)", &[&caller]).await?;
    check("row of a query", ALWAYS, caller);
    let transaction = connection.transaction().await?;
    transaction.execute("SELECT set_config('application_name', $1, true)", &[&caller]).await?;
    check("transaction, before its commit", ALWAYS, caller);
    transaction.commit().await?;
    drop(connection);
    check("connection given back", ALWAYS, caller);
    Ok(row.get(0))
}
