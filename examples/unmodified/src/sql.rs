//! Pools of sqlx: one is closed, the other left open when its runtime ends.

use std::time::Duration;

use sqlx::AnyPool;
use sqlx::any::{AnyPoolOptions, install_default_drivers};

use crate::cast::Cast;
use crate::edges::Edge;
use crate::{Failure, sql_calls, storm};

const CALLERS: usize = 600;

pub(crate) const EDGES: &[Edge] = &[
    ("a caller", "the root", CALLERS),
    ("program storm.rs", "the root", CALLERS / 6),
    ("a holder", "the root", 1),
    ("a listener", "the root", 0),
    // What takes care of a pool.
    ("sqlx-core pool/inner.rs", "the root", 2),
    ("program sql_calls.rs", "a caller", CALLERS / 6),
    // Takes a connection back from the task that had it.
    ("sqlx-core pool/connection.rs", "a caller", CALLERS / 2),
    ("sqlx-core pool/connection.rs", "program sql_calls.rs", CALLERS / 6),
    ("sqlx-core pool/connection.rs", "a blocking job", CALLERS / 6),
    ("sqlx-core pool/connection.rs", "the root", 1),
    // When the runtime ends, so does who holds one.
    ("sqlx-core pool/connection.rs", "a drop", 1),
    ("sqlx-postgres listener.rs", "a drop", 0),
    // With tokio's spans a task is dropped inside of its own.
    ("sqlx-core pool/connection.rs", "sqlx-postgres listener.rs", 0),
];

/// Uses the database at this URL.
pub(crate) async fn run(url: &str) -> Result<Cast, Failure> {
    install_default_drivers();
    let mut cast = Cast::default();
    let pool = connect(url).await?;
    sqlx::query("CREATE TABLE visits (id BIGINT PRIMARY KEY)").execute(&pool).await?;
    storm::run(&mut cast, CALLERS, |number| sql_calls::call(number, pool.clone()), |number| number % 6 == 3).await?;
    pool.close().await;
    let left_open = connect(url).await?;
    let mut held = left_open.begin().await?;
    cast.add(
        "a holder",
        tokio::spawn(async move {
            let written = sqlx::query("INSERT INTO visits VALUES (-1)").execute(&mut *held).await;
            std::future::pending::<()>().await;
            drop((written, held));
        })
        .id(),
    );
    Ok(cast)
}

async fn connect(url: &str) -> sqlx::Result<AnyPool> {
    let options = AnyPoolOptions::new().max_connections(8).min_connections(2).acquire_timeout(Duration::from_secs(30));
    options.connect(url).await
}
