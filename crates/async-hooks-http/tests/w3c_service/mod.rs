//! A service under the contract of the official test suite, and a harness that asks it.

use std::net::SocketAddr;

use async_hooks_http::{RequestLayer, inject};
use axum::extract::{Path, State};
use axum::{Json, Router, routing::post};
use http::{HeaderMap, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

pub(crate) struct Services {
    service: SocketAddr,
    harness: SocketAddr,
    calls: tokio::sync::Mutex<mpsc::UnboundedReceiver<HeaderMap>>,
}

impl Services {
    pub(crate) async fn start() -> Self {
        let service = serve(Router::new().route("/test", post(call_back)).layer(RequestLayer::new())).await;
        let (sender, calls) = mpsc::unbounded_channel();
        let harness = serve(Router::new().route("/callback/{n}", post(note)).with_state(sender)).await;
        Services { service, harness, calls: calls.into() }
    }

    /// Asks the service to call back that often, and returns the headers of its calls.
    pub(crate) async fn ask(&self, headers: &[(&'static str, String)], calls: usize) -> Vec<HeaderMap> {
        let mut received = self.calls.lock().await;
        let url = |n| format!("http://{}/callback/{n}", self.harness);
        let body = Value::from_iter((0..calls).map(|n| json!({"url": url(n), "arguments": []}))).to_string();
        let mut request =
            b"POST /test HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n".to_vec();
        for (name, value) in headers {
            request.extend([name.as_bytes(), b":", value.as_bytes(), b"\r\n"].concat());
        }
        request.extend(format!("content-length: {}\r\n\r\n{body}", body.len()).into_bytes());
        let mut connection = TcpStream::connect(self.service).await.unwrap();
        connection.write_all(&request).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        std::iter::from_fn(|| received.try_recv().ok()).collect()
    }
}

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}

/// What the suite asks of a service: a call to each URL, with the trace in its headers.
async fn call_back(Json(calls): Json<Vec<Value>>) -> Json<Value> {
    let client = Client::builder(TokioExecutor::new()).build_http::<String>();
    for call in &calls {
        let mut request = Request::post(call["url"].as_str().unwrap()).body(call["arguments"].to_string()).unwrap();
        inject(request.headers_mut());
        assert!(client.request(request).await.unwrap().status().is_success());
    }
    Json(json!({}))
}

async fn note(State(calls): State<mpsc::UnboundedSender<HeaderMap>>, Path(_): Path<usize>, headers: HeaderMap) {
    calls.send(headers).unwrap();
}
