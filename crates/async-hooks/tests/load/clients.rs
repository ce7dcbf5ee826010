//! Clients that keep their connections, read to the end, or hang up.

use std::net::SocketAddr;
use std::ops::AddAssign;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::checks::trace_id;

/// How many requests there were of each path.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Outcomes([usize; PATHS.len()]);

const PATHS: [&str; 5] = ["plain", "scattered", "streamed", "panicking", "endless"];

/// The paths of 16 requests, as indices of [`PATHS`].
const MIX: [usize; 16] = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4];

impl Outcomes {
    pub(crate) fn kinds(&self) -> [usize; PATHS.len()] {
        self.0
    }

    pub(crate) fn asked(&self) -> usize {
        self.0.iter().sum()
    }

    /// Neither did their handler panic nor did their client hang up.
    pub(crate) fn read_to_the_end(&self) -> usize {
        self.0[..3].iter().sum()
    }
}

impl AddAssign for Outcomes {
    fn add_assign(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(count, more)| *count += more);
    }
}

/// Sends the requests over as many connections.
///
/// Each connection sends the next request when it has read the last response.
pub(crate) async fn ask(server: SocketAddr, connections: usize, requests: usize) -> Outcomes {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let first = NEXT.fetch_add(requests as u64, Ordering::Relaxed);
    let next = Arc::new(AtomicU64::new(first));
    let mut clients = JoinSet::new();
    for index in 0..connections {
        clients.spawn(ask_in_turn(server, index % 4 == 0, Arc::clone(&next), first + requests as u64));
    }
    let mut outcomes = Outcomes::default();
    while let Some(client) = clients.join_next().await {
        outcomes += client.unwrap();
    }
    outcomes
}

async fn ask_in_turn(server: SocketAddr, is_http2: bool, next: Arc<AtomicU64>, end: u64) -> Outcomes {
    let mut outcomes = Outcomes::default();
    let mut connection = None;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= end {
            return outcomes;
        }
        // Mixed, so that neighbours differ.
        let kind = MIX[(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60) as usize];
        let mut open = match connection.take() {
            Some(open) => open,
            None => Connection::open(server, is_http2).await,
        };
        let is_open = open.ask(PATHS[kind], number).await;
        outcomes.0[kind] += 1;
        connection = is_open.then_some(open);
    }
}

enum Connection {
    Http1(http1::SendRequest<Body>),
    Http2(http2::SendRequest<Body>),
}

impl Connection {
    async fn open(server: SocketAddr, is_http2: bool) -> Self {
        let io = TokioIo::new(TcpStream::connect(server).await.unwrap());
        if is_http2 {
            let (sender, driver) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
            tokio::spawn(driver);
            Connection::Http2(sender)
        } else {
            let (sender, driver) = http1::handshake(io).await.unwrap();
            tokio::spawn(driver);
            Connection::Http1(sender)
        }
    }

    /// Returns whether the connection can send another request.
    async fn ask(&mut self, path: &str, number: u64) -> bool {
        let request = Request::get(format!("http://load/{path}/{number}"))
            .header("x-request-id", number)
            .header("traceparent", format!("00-{}-00f067aa0ba902b7-03", trace_id(number)))
            .body(Body::empty())
            .unwrap();
        let response = self.send(request).await;
        let is_http2 = matches!(self, Connection::Http2(_));
        match (path, response) {
            ("panicking", response) => {
                assert!(response.is_err(), "a handler that panics does not answer");
                is_http2
            }
            ("endless", response) => {
                let mut body = response.unwrap().into_body();
                assert!(body.frame().await.unwrap().is_ok());
                // Dropped here: the stream is reset, or the connection closed.
                is_http2
            }
            (_, response) => {
                let body = response.unwrap().into_body().collect().await.unwrap().to_bytes();
                assert!(String::from_utf8_lossy(&body).split_whitespace().all(|word| word == number.to_string()));
                self.is_ready().await
            }
        }
    }

    async fn send(&mut self, request: Request<Body>) -> hyper::Result<Response<Incoming>> {
        match self {
            Connection::Http1(sender) => sender.send_request(request).await,
            Connection::Http2(sender) => sender.send_request(request).await,
        }
    }

    async fn is_ready(&mut self) -> bool {
        match self {
            Connection::Http1(sender) => sender.ready().await.is_ok(),
            Connection::Http2(sender) => sender.ready().await.is_ok(),
        }
    }
}
