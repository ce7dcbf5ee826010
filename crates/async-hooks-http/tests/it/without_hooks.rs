//! Requests that no hook observes.

use std::convert::Infallible;
use std::task::{Context, Poll, Waker};

use async_hooks_core::{AsyncLocal, execution_async_id};
use async_hooks_http::{Baggage, RequestLayer, remote_trigger, request_id, request_label, trace_context};
use http::{Request, Response};
use tower::{Layer as _, Service as _, service_fn};

static AROUND: AsyncLocal<u32> = AsyncLocal::new();
static INSIDE: AsyncLocal<u32> = AsyncLocal::new();

fn request(number: u32) -> Request<()> {
    let request = Request::get(format!("/orders/{number}")).header("x-request-id", format!("r-{number}"));
    let request = request.header("traceparent", format!("00-{number:032x}-00f067aa0ba902b7-01"));
    let request = request.header("tracestate", format!("ah=8f3c0d9a1b2e4f60-{number:x}"));
    request.header("baggage", format!("number={number}")).body(()).unwrap()
}

fn assert_is_in(number: u32) {
    assert_eq!(request_id().as_deref(), Some(&*format!("r-{number}")));
    assert_eq!(request_label().as_deref(), Some(&*format!("GET /orders/{number}")));
    assert_eq!(trace_context().unwrap().trace_id().to_string(), format!("{number:032x}"));
    assert_eq!(remote_trigger().unwrap().async_id().as_u64(), u64::from(number));
    assert_eq!(Baggage::current().get("number"), Some(&*number.to_string()));
    assert_eq!((AROUND.get().as_deref(), INSIDE.get().as_deref()), (Some(&7), Some(&number)));
}

/// Two requests are polled in turn; the second one is within no other.
#[test]
fn each_has_its_own_values_and_those_around_its_layer_and_leaves_none() {
    let layered = || {
        RequestLayer::new().layer(service_fn(|_: Request<()>| async {
            let number = u32::try_from(remote_trigger().unwrap().async_id().as_u64()).unwrap();
            assert_eq!(INSIDE.get(), None);
            INSIDE.enter_with(number);
            for _ in 0..3 {
                assert_is_in(number);
                tokio::task::yield_now().await;
            }
            assert_is_in(number);
            Ok::<_, Infallible>(Response::new(execution_async_id().to_string()))
        }))
    };
    let before = execution_async_id();
    let mut open = AROUND.run(7, || [1, 2].map(|number| Box::pin(layered().call(request(number)))));
    let mut ids = Vec::new();
    while ids.len() < 2 {
        for future in &mut open {
            if let Poll::Ready(answered) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                let response = answered.unwrap();
                assert_eq!(response.headers()["x-request-id"], format!("r-{}", ids.len() + 1));
                ids.push(response.into_body());
            }
            assert_eq!((AROUND.get(), INSIDE.get(), request_id(), trace_context()), (None, None, None, None));
        }
    }
    drop(ids);
    assert_eq!(execution_async_id(), before);
}
