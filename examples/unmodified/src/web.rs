//! axum as it is, called by reqwest: HTTP/1 and HTTP/2, kept and closed connections.

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::cast::Cast;
use crate::edges::Edge;
use crate::web_calls::Clients;
use crate::web_routes::routes;
use crate::{Failure, storm};

const CALLERS: usize = 600;

pub(crate) const EDGES: &[Edge] = &[
    ("a server", "the root", 2),
    ("a caller", "the root", CALLERS),
    ("program storm.rs", "the root", CALLERS / 6),
    // One a connection.
    ("axum serve/mod.rs", "a server", CALLERS / 3),
    // One a stream of HTTP/2.
    ("hyper-util rt/tokio.rs", "axum serve/mod.rs", CALLERS / 6),
    // The client's side of a connection; the next one is a part of it.
    ("hyper-util rt/tokio.rs", "a caller", CALLERS / 6),
    ("hyper-util rt/tokio.rs", "hyper-util rt/tokio.rs", 1),
    ("hyper-util rt/tokio.rs", "the root", 1),
    // What handlers spawn, in HTTP/1 and HTTP/2.
    ("program web_routes.rs", "axum serve/mod.rs", CALLERS / 6),
    ("program web_routes.rs", "hyper-util rt/tokio.rs", CALLERS / 12),
    ("program web_routes.rs", "program web_routes.rs", CALLERS / 6),
    ("program web_routes.rs", "a blocking job", CALLERS / 6),
];

pub(crate) async fn run() -> Result<Cast, Failure> {
    let mut cast = Cast::default();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let (stop, stopped) = oneshot::channel::<()>();
    let stopping = axum::serve(listener, routes()).with_graceful_shutdown(async { drop(stopped.await) });
    let stopping = tokio::spawn(stopping.into_future());
    cast.add("a server", stopping.id());
    let clients = Clients::new(port)?;
    storm::run(&mut cast, CALLERS, |number| clients.clone().call(number), |number| number % 6 == 3).await?;
    drop((clients, stop));
    stopping.await??;
    // A server and a kept connection to it live until the runtime ends.
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/jobs", listener.local_addr()?);
    cast.add("a server", tokio::spawn(axum::serve(listener, routes()).into_future()).id());
    let client = reqwest::Client::builder().no_proxy().build()?;
    client.get(url).send().await?.error_for_status()?.bytes().await?;
    std::mem::forget(client);
    Ok(cast)
}
