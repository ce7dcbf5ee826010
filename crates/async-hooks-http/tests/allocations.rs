//! What a request asks the heap for.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::convert::Infallible;
use std::future::ready;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use async_hooks_http::{RequestLayer, TraceContext, inject};
use http::{HeaderMap, HeaderValue, Request, Response};
use tower::{Layer as _, Service, service_fn};

/// The request has an id, so the layer adds no header to it.
fn serve<S>(service: &mut S)
where
    S: Service<Request<()>, Error = Infallible>,
{
    let mut request = Request::new(());
    request.headers_mut().insert("x-request-id", HeaderValue::from_static("r-17"));
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    request.headers_mut().insert("traceparent", HeaderValue::from_static(traceparent));
    let served = pin!(service.call(request));
    let Poll::Ready(Ok(_)) = served.poll(&mut Context::from_waker(Waker::noop())) else { unreachable!("it is ready") };
}

fn allocations(mut f: impl FnMut()) -> u64 {
    f();
    allocation_counter::measure(f).count_total
}

#[test]
fn a_request_allocates_twice_beside_its_id_and_the_headers() {
    let handler = service_fn(|request: Request<()>| {
        let mut response = Response::new(String::new());
        response.headers_mut().insert("x-request-id", request.headers()["x-request-id"].clone());
        ready(Ok::<_, Infallible>(response))
    });
    let bare = allocations(|| serve(&mut handler.clone()));
    let mut layered = RequestLayer::new().layer(handler);
    let layered = allocations(|| serve(&mut layered));
    // The flow, and a node of the context; a short id is kept in the flow.
    assert_eq!(layered - bare, 2);
}

#[test]
fn inject_allocates_once_for_all_values() {
    let trace = TraceContext::start();
    let mut headers = HeaderMap::new();
    let injected = trace.run(|| allocations(|| inject(&mut headers)));
    // traceparent, and tracestate with our entry.
    assert_eq!(injected, 1);
}
