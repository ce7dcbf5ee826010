//! mini-redis: its server, stopped and not, and its clients.

use std::future::pending;

use mini_redis::{client, server};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::cast::Cast;
use crate::edges::Edge;
use crate::{Failure, redis_calls, storm};

const CALLERS: usize = 600;

pub(crate) const EDGES: &[Edge] = &[
    ("a server", "the root", 2),
    ("a caller", "the root", CALLERS),
    ("program storm.rs", "the root", CALLERS / 6),
    ("a subscriber", "the root", 1),
    // One to purge keys, and one a connection.
    ("mini-redis db.rs", "a server", 2),
    ("mini-redis server.rs", "a server", CALLERS * 2 / 3),
    ("mini-redis buffer.rs", "a caller", CALLERS / 6),
    ("program redis_calls.rs", "a caller", CALLERS / 6 * 4),
];

pub(crate) async fn run() -> Result<Cast, Failure> {
    let mut cast = Cast::default();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let stopping = tokio::spawn(server::run(listener, stopped));
    cast.add("a server", stopping.id());
    storm::run(&mut cast, CALLERS, |number| redis_calls::call(number, address), |number| number % 6 == 3).await?;
    drop(stop);
    stopping.await??;
    leave(&mut cast).await?;
    Ok(cast)
}

/// A server, a connection, and a task that waits for a message: they end with the runtime.
async fn leave(cast: &mut Cast) -> Result<(), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let client = client::connect(listener.local_addr()?);
    cast.add("a server", tokio::spawn(server::run(listener, pending::<()>())).id());
    let mut subscriber = client.await?.subscribe(vec!["news".into()]).await?;
    let waiting = tokio::spawn(async move { subscriber.next_message().await.map(drop) });
    cast.add("a subscriber", waiting.id());
    Ok(())
}
