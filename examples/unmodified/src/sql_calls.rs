//! What the users of a pool do; some give up in the middle.

use std::time::Duration;

use futures::TryStreamExt as _;
use sqlx::any::Any;
use sqlx::{AnyPool, Row as _};
use tokio::time::timeout;

use crate::Failure;

pub(crate) async fn call(number: usize, pool: AnyPool) -> Result<(), Failure> {
    match number % 6 {
        0 => written(number, &pool).await,
        1 => committed(number, &pool).await,
        2 => rolled_back(number, &pool).await,
        // Is aborted somewhere in the middle.
        3 => reading_on(&pool).await,
        4 => given_up(&pool).await,
        _ => shared(number, pool).await,
    }
}

fn insert(number: usize) -> sqlx::query::Query<'static, Any, sqlx::any::AnyArguments<'static>> {
    sqlx::query("INSERT INTO visits VALUES ($1)").bind(number as i64)
}

async fn written(number: usize, pool: &AnyPool) -> Result<(), Failure> {
    insert(number).execute(pool).await?;
    let row = sqlx::query("SELECT COUNT(*) FROM visits").fetch_one(pool).await?;
    if row.try_get::<i64, _>(0)? > 0 { Ok(()) } else { Err("what was written is not there".into()) }
}

async fn committed(number: usize, pool: &AnyPool) -> Result<(), Failure> {
    let mut transaction = pool.begin().await?;
    insert(number).execute(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}

/// Dropped before it is committed.
async fn rolled_back(number: usize, pool: &AnyPool) -> Result<(), Failure> {
    let mut transaction = pool.begin().await?;
    insert(number).execute(&mut *transaction).await?;
    Ok(())
}

/// Leaves the last rows of each answer unread.
async fn reading_on(pool: &AnyPool) -> Result<(), Failure> {
    loop {
        let mut rows = sqlx::query("SELECT id FROM visits").fetch(pool);
        while rows.try_next().await?.is_some_and(|row| row.try_get::<i64, _>(0).is_ok_and(|id| id % 5 != 0)) {}
    }
}

async fn given_up(pool: &AnyPool) -> Result<(), Failure> {
    for micros in [1, 100, 1000, 10_000] {
        if let Ok(connection) = timeout(Duration::from_micros(micros), pool.acquire()).await {
            let connection = connection?;
            tokio::time::sleep(Duration::from_millis(1)).await;
            drop(connection);
        }
    }
    Ok(())
}

/// Two tasks, and a blocking job that has the last word on a connection.
async fn shared(number: usize, pool: AnyPool) -> Result<(), Failure> {
    let writer = pool.clone();
    let writer = tokio::spawn(async move { written(number, &writer).await });
    let connection = pool.acquire().await?;
    tokio::task::spawn_blocking(move || drop(connection)).await?;
    writer.await?
}
