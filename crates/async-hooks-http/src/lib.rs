//! HTTP for `async-hooks`: each request is one async resource, with one context.
//!
//! Applications use it as `async_hooks::http`. [`RequestLayer`] stands around a server, [`ClientLayer`] around a client; both
//! are layers for any tower service, so they work with axum, hyper and tonic.
//!
//! ```text
//!   caller                        traceparent, tracestate, baggage        callee
//!   ClientLayer, inject ────────────────────────────────────────────▶ RequestLayer
//!                                                                     trace_context(), request_id(), request_label(),
//!                                 x-request-id                        remote_trigger(), Baggage::current()
//!                       ◀────────────────────────────────────────────
//! ```
//!
//! The headers are those of W3C [Trace Context level 2](https://www.w3.org/TR/trace-context-2/) and
//! [Baggage](https://www.w3.org/TR/baggage/), to the letter: malformed headers start a new trace, and never fail a request.
//! What a caller sends is bounded and checked before it is used. Nothing that a program keeps in its locals leaves it,
//! unless the program exports that local.
//!
//! # Examples
//!
//! One service calls another, and both see one trace:
//!
//! ```
//! use async_hooks_http::{ClientLayer, RequestLayer, remote_trigger, trace_context};
//! use tower::{Layer as _, ServiceExt as _};
//! # use std::convert::Infallible;
//! # use http::{Request, Response};
//! # use http_body_util::BodyExt as _;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let callee = RequestLayer::new().layer(tower::service_fn(async |_: Request<String>| {
//!     assert!(remote_trigger().is_some());
//!     Ok::<_, Infallible>(Response::new(trace_context().unwrap().trace_id().to_string()))
//! }));
//! let client = ClientLayer::new().layer(callee);
//! let caller = RequestLayer::new().layer(tower::service_fn(move |request: Request<String>| {
//!     let call = client.clone().oneshot(request);
//!     async {
//!         let trace_id = call.await?.into_body().collect().await.unwrap().to_bytes();
//!         assert_eq!(trace_id, trace_context().unwrap().trace_id().to_string());
//!         Ok::<_, Infallible>(Response::new(String::new()))
//!     }
//! }));
//! caller.oneshot(Request::new(String::new())).await.unwrap();
//! # }
//! ```
//!
//! # Recipes
//!
//! **axum**: `Router::new().route(…).layer(RequestLayer::new())`, as the last layer, so that the others are inside.
//!
//! **hyper**: a tower service becomes one of hyper's with `TowerToHyperService`. With `TrackedExecutor` (feature `hyper`) in
//! place of `TokioExecutor` the streams of HTTP/2 are resources below their connection:
//!
//! ```
//! use async_hooks_http::RequestLayer;
//! use hyper_util::rt::{TokioExecutor, TokioIo};
//! use hyper_util::server::conn::auto::Builder;
//! use hyper_util::service::TowerToHyperService;
//! use tower::Layer as _;
//! # use std::convert::Infallible;
//! # use http::{Request, Response};
//!
//! async fn serve(connection: tokio::net::TcpStream) {
//!     let handler = tower::service_fn(async |_: Request<hyper::body::Incoming>| {
//!         Ok::<_, Infallible>(Response::new("hello".to_owned()))
//!     });
//!     let service = TowerToHyperService::new(RequestLayer::new().layer(handler));
//!     let server = Builder::new(TokioExecutor::new());
//!     drop(server.serve_connection(TokioIo::new(connection), service).await);
//! }
//! # let _: fn(_) -> _ = serve;
//! ```
//!
//! **tonic**: `Server::builder().layer(RequestLayer::new())`; a client's channel in `ClientLayer::new().layer(channel)`.
//!
//! **reqwest**: `inject(&mut headers)` before each attempt, then `client.get(url).headers(headers)`.
//!
//! **actix-web** has no tower services, so a middleware of your own makes the resource: `TraceContext::from_headers`, and
//! `scope` around the handler. Its header map is not that of the `http` crate; copy the headers by name.
//!
//! **WebSockets and other upgrades**: the connection lives longer than the response, in a task of the framework's. Make a
//! resource in the handler, and let the connection run in it; it then has the values of the request and is found below it:
//!
//! ```
//! use async_hooks_core::AsyncResource;
//! use hyper::upgrade::Upgraded;
//! # use http::{Request, Response, StatusCode};
//!
//! async fn handler(request: Request<hyper::body::Incoming>) -> Response<String> {
//!     let socket = AsyncResource::new("websocket");
//!     let upgrade = hyper::upgrade::on(request);
//!     tokio::spawn(socket.scope(async { Ok::<_, hyper::Error>(converse(upgrade.await?).await) }));
//!     Response::builder().status(StatusCode::SWITCHING_PROTOCOLS).body(String::new()).unwrap()
//! }
//!
//! async fn converse(_: Upgraded) {}
//! # let _: fn(_) -> _ = handler;
//! ```
//!
//! # The source, in reading order
//!
//! 1. `wire`: the headers of Trace Context, and the types in them.
//! 2. `baggage`: the header of Baggage.
//! 3. `current`: what flows with a request, how code asks for it, and which locals travel as baggage.
//! 4. `client`: the headers of calls, and the layer for clients.
//! 5. `server`: the layer for servers; the future and the body of a request.
//! 6. `tracked_executor`: hyper's own tasks. Feature `hyper`.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod wire;

mod baggage;

mod current;

mod client;

mod server;

#[cfg(feature = "hyper")]
mod tracked_executor;

pub use baggage::baggage::Baggage;
pub use baggage::member::BaggageMember;
pub use client::client_layer::ClientLayer;
pub use client::client_service::ClientService;
pub use client::inject::{inject, inject_third_party};
pub use current::queries::{remote_trigger, request_id, request_label, trace_context};
pub use server::request_body::RequestBody;
pub use server::request_future::RequestFuture;
pub use server::request_layer::RequestLayer;
pub use server::request_service::RequestService;
#[cfg(feature = "hyper")]
pub use tracked_executor::TrackedExecutor;
pub use wire::parse_id_error::ParseIdError;
pub use wire::process_tag::ProcessTag;
pub use wire::remote_trigger::RemoteTrigger;
pub use wire::span_id::SpanId;
pub use wire::trace_context::TraceContext;
pub use wire::trace_id::TraceId;

#[cfg(doctest)]
mod readme {
    #![doc = include_str!("../README.md")]
}
