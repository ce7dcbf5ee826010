//! The client, whose interceptor writes the headers of each call.

use async_hooks::http::inject;
use async_hooks_recent_examples::wire::orders_client::OrdersClient;
use async_hooks_recent_examples::{Order, Step};
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tonic::{Request, Status};

/// It runs where the call is made, so the headers are those of the caller's trace.
#[expect(clippy::result_large_err, reason = "tonic says what an interceptor returns")]
fn with_trace(mut call: Request<()>) -> Result<Request<()>, Status> {
    let mut headers = std::mem::take(call.metadata_mut()).into_headers();
    inject(&mut headers);
    *call.metadata_mut() = MetadataMap::from_headers(headers);
    Ok(call)
}

pub(crate) async fn order_a_book(server: Channel) -> Result<Vec<Step>, Status> {
    let mut orders = OrdersClient::with_interceptor(server, with_trace);
    let order = Order { what: "a book".to_owned() };
    let mut steps = vec![orders.place(order.clone()).await?.into_inner()];
    let mut watched = orders.watch(order).await?.into_inner();
    while let Some(step) = watched.message().await? {
        steps.push(step);
    }
    Ok(steps)
}
