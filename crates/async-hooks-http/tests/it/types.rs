//! What the types promise about threads and copies.

use async_hooks_http::{
    Baggage, ClientLayer, ClientService, ProcessTag, RemoteTrigger, RequestBody, RequestFuture, RequestLayer,
    RequestService, SpanId, TraceContext, TraceId,
};

fn is_sent_and_shared<T: Send + Sync>() {}
fn is_cloned<T: Clone>() {}
fn is_a_key<T: Copy + Ord + std::hash::Hash>() {}

#[test]
fn ids_are_copied_compared_and_hashed() {
    is_a_key::<TraceId>();
    is_a_key::<SpanId>();
    is_a_key::<ProcessTag>();
}

#[test]
fn everything_is_as_send_and_sync_as_what_it_wraps() {
    is_sent_and_shared::<(TraceContext, Baggage, RemoteTrigger, RequestLayer, ClientLayer)>();
    is_sent_and_shared::<(RequestService<()>, ClientService<()>, RequestFuture<()>, RequestBody<()>)>();
    is_cloned::<(TraceContext, Baggage, RequestLayer, ClientLayer, RequestService<()>, ClientService<()>)>();
}

#[test]
fn layers_are_made_in_constants() {
    const SERVER: RequestLayer = RequestLayer::new();
    const CLIENT: ClientLayer = ClientLayer::new().third_party();
    assert!(format!("{SERVER:?} {CLIENT:?}").contains("RequestLayer"));
}
