//! PostgreSQL behind the pool, and a listener, which has a pool of its own.

use sqlx::postgres::PgListener;

use crate::cast::Cast;
use crate::{Failure, sql};

pub(crate) async fn run(url: String) -> Result<Cast, Failure> {
    let mut listener = PgListener::connect(&url).await?;
    listener.listen("news").await?;
    let listening = tokio::spawn(async move { listener.recv().await.map(drop) });
    let mut cast = sql::run(&url).await?;
    cast.add("a listener", listening.id());
    Ok(cast)
}
