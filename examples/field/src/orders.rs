//! The gRPC service, whose stream has items from the handler and from two tasks.

use std::pin::Pin;
use std::time::Duration;

use futures::{Stream, StreamExt as _, stream};
use tokio::sync::mpsc;
use tonic::{Request, Response, Status};

use crate::points::{ALWAYS, Reach, check, row};
use crate::witness::{USER, belongs_to};
use crate::work::{steps, work};

pub(crate) mod wire {
    include!(concat!(env!("OUT_DIR"), "/field.Orders.rs"));
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Order {
    #[prost(string, tag = "1")]
    pub(crate) caller: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Step {
    #[prost(string, tag = "1")]
    pub(crate) caller: String,
}

/// Runs inside the request, so what it sets is the request's.
pub(crate) fn authenticate(request: Request<()>) -> Result<Request<()>, Status> {
    let caller = request.metadata().get("x-user").and_then(|user| user.to_str().ok()).unwrap_or_default();
    belongs_to(caller);
    if !caller.starts_with("anonymous") {
        USER.enter_with(caller);
    }
    Ok(request)
}

pub(crate) struct Orders;

#[tonic::async_trait]
impl wire::orders_server::Orders for Orders {
    type WatchStream = Pin<Box<dyn Stream<Item = Result<Step, Status>> + Send>>;

    async fn watch(&self, order: Request<Order>) -> Result<Response<Self::WatchStream>, Status> {
        let caller = order.into_inner().caller;
        work(&caller).await;
        let (sender, mut receiver) = mpsc::channel(1);
        async_hooks::tokio::spawn(produce(
            "producer of async_hooks::tokio::spawn",
            ALWAYS,
            caller.clone(),
            sender.clone(),
        ));
        tokio::spawn(produce("producer of tokio::spawn", row("tokio::spawn"), caller.clone(), sender));
        let produced = stream::poll_fn(move |context| receiver.poll_recv(context));
        let own = steps(caller).map(|(_, caller)| caller);
        Ok(Response::new(Box::pin(stream::select(own, produced).map(|caller| {
            check("item of a server stream", ALWAYS, &caller);
            Ok(Step { caller })
        }))))
    }
}

async fn produce(point: &'static str, reach: Reach, caller: String, items: mpsc::Sender<String>) {
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(1)).await;
        check(point, reach, &caller);
        if items.send(caller.clone()).await.is_err() {
            return;
        }
    }
}
