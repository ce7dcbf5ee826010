//! The tasks that hyper spawns for streams and for pooled connections.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::sync::{Arc, Mutex};

use async_hooks_core::{AsyncHook, AsyncLocal, Events, FutureExt as _, Hook, Resource, execution_async_resource};
use async_hooks_http::{RequestLayer, TrackedExecutor};
use axum::body::Body;
use axum::{Router, routing::get};
use http::Request;
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;

static USER: AsyncLocal<&str> = AsyncLocal::new();

/// Keeps what is created, with the user of the creator.
#[derive(Default)]
struct Created(Mutex<Vec<(Resource, Option<&'static str>)>>);

impl Hook for Created {
    fn init(&self, resource: &Resource) {
        self.0.lock().unwrap().push((*resource, USER.get().as_deref().copied()));
    }

    fn events(&self) -> Events {
        Events::INIT
    }
}

impl Created {
    fn find(&self, is_it: impl Fn(&Resource) -> bool) -> Option<(Resource, Option<&'static str>)> {
        self.0.lock().unwrap().iter().find(|(resource, _)| is_it(resource)).copied()
    }
}

/// Answers with the id of the request's trigger.
async fn trigger() -> String {
    execution_async_resource().trigger_async_id().unwrap().to_string()
}

#[tokio::test]
async fn a_stream_is_a_task_below_its_connection_and_a_pooled_connection_carries_nothing() {
    let created = Arc::new(Created::default());
    AsyncHook::new(Arc::clone(&created)).enable();
    let app = Router::new().route("/", get(trigger)).layer(RequestLayer::new());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let connection = TokioIo::new(listener.accept().await.unwrap().0);
        let builder = auto::Builder::new(TrackedExecutor::new()).http2_only();
        let served = async { builder.serve_connection(connection, TowerToHyperService::new(app)).await };
        served.in_async_resource("connection").await.unwrap();
    });

    let client = Client::builder(TrackedExecutor::detached()).http2_only(true).build_http::<Body>();
    let call = async {
        let response = client.request(Request::get(&url).body(Body::empty()).unwrap()).await.unwrap();
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    };
    let trigger = USER.scope("alice", call).in_async_resource("call").await;

    let (stream, _) = created.find(|resource| resource.async_id().to_string() == trigger).unwrap();
    let (connection, _) = created.find(|resource| resource.kind() == "connection").unwrap();
    assert_eq!((stream.kind(), stream.trigger_async_id()), ("hyper::task", Some(connection.async_id())));
    let (call, _) = created.find(|resource| resource.kind() == "call").unwrap();
    let is_pooled = |resource: &Resource| resource.trigger_async_id() == Some(call.async_id());
    let (pooled, user) = created.find(is_pooled).unwrap();
    assert_eq!((pooled.kind(), user), ("hyper::task", None));
}
