//! The server. Nothing here spawns for a request; what it calls does.

use std::convert::Infallible;

use axum::extract::{Path, State};
use axum::{Router, http::StatusCode, routing};
use futures_util::{future::BoxFuture, stream};
use reqwest::{Body, Client};
use sqlx::sqlite::{SqliteConnection, SqlitePool, SqlitePoolOptions};
use tokio::net::TcpListener;
use tower::{BoxError, ServiceExt as _, buffer::Buffer, reconnect::Reconnect, service_fn};
use tower::{spawn_ready::SpawnReady, util::BoxCloneSyncService};

use crate::USER;
use crate::seen::{ANSWER, CONNECTION, HANDLER, READY, RELEASE, SQLITE, WORKER, note};

type Result<T, E = BoxError> = std::result::Result<T, E>;
type Service = BoxCloneSyncService<(), Option<String>, BoxError>;

/// Made at the start, for all requests.
#[derive(Clone)]
struct Shared(Service, SqlitePool, String);

pub(crate) async fn start() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let buffer = Service::new(Buffer::new(service_fn(answer), 1));
    let shared = Shared(buffer, database().await?, url.clone());
    let routes = Router::new().route("/visit/{user}", routing::get(visit)).fallback(async |echo: String| echo);
    tokio::spawn(axum::serve(listener, routes.with_state(shared)).into_future());
    Ok(url)
}

/// A client that keeps no connection open.
///
/// The task of a kept connection has the context of the request that opened it, not of the next one.
pub(crate) fn client() -> reqwest::Result<Client> {
    Client::builder().no_proxy().pool_max_idle_per_host(0).build()
}

async fn visit(State(shared): State<Shared>, Path(user): Path<String>) -> Result<String, StatusCode> {
    USER.scope(user, serve(shared)).await.ok().flatten().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
}

async fn serve(shared: Shared) -> Result<Option<String>> {
    note(HANDLER);
    SpawnReady::new(Reconnect::new(service_fn(connect), shared)).oneshot(()).await
}

/// The handler polls this once; since it is not ready then, tower spawns a task for the rest.
fn connect(Shared(buffer, database, url): Shared) -> BoxFuture<'static, Result<Service>> {
    Box::pin(async move {
        tokio::task::yield_now().await;
        note(READY);
        let body = stream::once(async { Ok::<_, Infallible>(note(CONNECTION).unwrap_or_default()) });
        client()?.post(url).body(Body::wrap_stream(body)).send().await?;
        sqlx::query("INSERT INTO visits DEFAULT VALUES").execute(&database).await?;
        Ok(buffer)
    })
}

/// The buffer's worker calls, and sends the future to the caller, which polls it.
fn answer((): ()) -> BoxFuture<'static, Result<Option<String>>> {
    note(WORKER);
    Box::pin(async { Ok(note(ANSWER)) })
}

async fn database() -> sqlx::Result<SqlitePool> {
    let pool = SqlitePoolOptions::new()
        .after_release(|_, _| Box::pin(async { Ok(note(RELEASE).is_some()) }))
        .max_connections(1);
    pool.after_connect(|connection, _| Box::pin(prepare(connection))).connect("sqlite::memory:").await
}

async fn prepare(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    sqlx::query("CREATE TABLE visits (id INTEGER PRIMARY KEY)").execute(&mut *connection).await?;
    connection.lock_handle().await?.set_update_hook(|_| drop(note(SQLITE)));
    Ok(())
}
