//! tonic: a server stream under load, whose clients sometimes go away before its end.

use async_hooks::diagnostics::{TrackingReport, tracking_report};
use async_hooks::http::{ClientLayer, RequestLayer};
use futures::StreamExt as _;
use tokio::net::TcpListener;
use tonic::Request;
use tonic::transport::{Endpoint, Server, server::TcpIncoming};
use tower_http::trace::{DefaultMakeSpan, TraceLayer};
use tracing::Level;

use crate::orders::{Order, Orders, authenticate, wire};
use crate::{Failure, storm};

pub(crate) async fn run() -> Result<TrackingReport, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = Endpoint::from_shared(format!("http://{}", listener.local_addr()?))?;
    let spans = TraceLayer::new_for_grpc().make_span_with(DefaultMakeSpan::new().level(Level::INFO));
    let mut server = Server::builder().layer(RequestLayer::new()).layer(spans);
    let server = server.add_service(wire::orders_server::OrdersServer::with_interceptor(Orders, authenticate));
    let server = tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));

    let channel = tower::ServiceBuilder::new().layer(ClientLayer::new()).service(endpoint.connect().await?);
    let client = wire::orders_client::OrdersClient::new(channel);
    storm::run(|number| {
        let mut client = client.clone();
        async move {
            let caller = storm::caller(number);
            let mut order = Request::new(Order { caller: caller.clone() });
            order.metadata_mut().insert("x-user", caller.parse()?);
            let mut steps = client.watch(order).await?.into_inner();
            // Each seventh client goes away before the end.
            let wanted = if number.is_multiple_of(7) { 2 } else { usize::MAX };
            let mut steps = (&mut steps).take(wanted);
            while let Some(step) = steps.next().await {
                if step?.caller != caller {
                    return Err(format!("{caller} has received another's step").into());
                }
            }
            Ok(())
        }
    })
    .await?;
    server.abort();
    Ok(tracking_report().await)
}
