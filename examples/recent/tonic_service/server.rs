//! The server, each call of which is a resource with a context of its own.

use std::pin::Pin;

use async_hooks::http::{RequestLayer, remote_trigger, request_label, trace_context};
use async_hooks_recent_examples::wire::orders_server::{self, OrdersServer};
use async_hooks_recent_examples::{Order, Step};
use futures::{Stream, StreamExt as _, stream};
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Error, Server};
use tonic::{Request, Response, Status};

struct Orders;

/// Reads what flows with the call, wherever it is called from.
fn step(what: &str) -> Step {
    let caller = remote_trigger().map(|caller| format!("{} of process {}", caller.async_id(), caller.process()));
    Step {
        what: what.to_owned(),
        trace_id: trace_context().map(|trace| trace.trace_id().to_string()).unwrap_or_default(),
        caller: caller.unwrap_or_default(),
    }
}

#[tonic::async_trait]
impl orders_server::Orders for Orders {
    type WatchStream = Pin<Box<dyn Stream<Item = Result<Step, Status>> + Send>>;

    async fn place(&self, _: Request<Order>) -> Result<Response<Step>, Status> {
        assert_eq!(request_label().as_deref(), Some("POST /shop.Orders/Place"));
        Ok(Response::new(step("placed")))
    }

    /// The messages are made after the handler has returned, and inside the call all the same.
    async fn watch(&self, _: Request<Order>) -> Result<Response<Self::WatchStream>, Status> {
        let steps = stream::iter(["packed", "shipped"]).then(async |what| {
            tokio::task::yield_now().await;
            Ok(step(what))
        });
        Ok(Response::new(Box::pin(steps)))
    }
}

pub(crate) async fn serve(listener: TcpListener) -> Result<(), Error> {
    let server = Server::builder().layer(RequestLayer::new()).add_service(OrdersServer::new(Orders));
    server.serve_with_incoming(TcpIncoming::from(listener)).await
}
