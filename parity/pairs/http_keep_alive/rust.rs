//! Three requests from three contexts over one kept-alive connection, with a real server.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use async_hooks::prelude::*;
use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::http::Uri;
use tokio::net::TcpListener;
use tower::Service;
use tower::layer::layer_fn;

use crate::log::{Log, calls, ids, shown};
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static REQUEST_ID: AsyncLocal<u32> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("request", "request")], Order::AsItHappens);
    log.hook_of("", calls()).enable();
    let server = Server { log: log.clone(), last_id: Arc::default(), sockets: Arc::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let app = Router::new().fallback(answer).with_state(server.clone());
    tokio::spawn(async { axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await });

    let client = client()?;
    for (name, path) in [("alice", "/alice"), ("bob", "/bob"), ("carol", "/carol")] {
        USER.scope(name, get(&client, address, path, &log)).await?;
    }
    log.value("client: after all user", &USER);
    log.say(format!("connections={}", server.sockets.lock().unwrap_or_else(PoisonError::into_inner).len()));
    Ok(log)
}

#[derive(Clone)]
struct Server {
    log: Log,
    last_id: Arc<AtomicU32>,
    sockets: Arc<Mutex<HashSet<SocketAddr>>>,
}

async fn answer(ConnectInfo(socket): ConnectInfo<SocketAddr>, State(server): State<Server>, uri: Uri) -> String {
    server.sockets.lock().unwrap_or_else(PoisonError::into_inner).insert(socket);
    server.log.say(format!("server: {} user={}", uri.path(), shown(&USER)));
    let id = server.last_id.fetch_add(1, Ordering::Relaxed) + 1;
    let respond = || {
        server.log.say(format!("server: {} request id={}", ids(), shown(&REQUEST_ID)));
        format!("answer {}", shown(&REQUEST_ID))
    };
    AsyncResource::new("request").run_in_async_scope(|| REQUEST_ID.run(id, respond))
}

async fn get(client: &reqwest::Client, address: SocketAddr, path: &str, log: &Log) -> anyhow::Result<()> {
    let body = client.get(format!("http://{address}{path}")).send().await?.text().await?;
    log.say(format!("client: {path} {body} user={} request id={}", shown(&USER), shown(&REQUEST_ID)));
    Ok(())
}

/// Node: `new http.Agent({ keepAlive: true, maxSockets: 1 })`.
fn client() -> reqwest::Result<reqwest::Client> {
    let connected = Arc::new(AtomicBool::new(false));
    let one = layer_fn(move |connector| OneConnection { connector, connected: Arc::clone(&connected) });
    reqwest::Client::builder().no_proxy().connector_layer(one).build()
}

/// Connects once; who asks again waits until that connection is back in the pool.
#[derive(Clone)]
struct OneConnection<S> {
    connector: S,
    connected: Arc<AtomicBool>,
}

impl<R, S> Service<R> for OneConnection<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
    S::Response: 'static,
    S::Error: 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.connector.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        match self.connected.swap(true, Ordering::Relaxed) {
            false => Box::pin(self.connector.call(request)),
            true => Box::pin(std::future::pending()),
        }
    }
}
