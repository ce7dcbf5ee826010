//! The events of a request, from services that are called without a server.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod recorder;

use std::convert::Infallible;
use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use async_hooks_core::{AsyncId, AsyncLocal, execution_async_id};
use async_hooks_http::{RequestBody, RequestLayer};
use http::{Method, Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use recorder::{life_of, record};
use tower::{Layer as _, Service, service_fn};

/// A body of these frames. As a stream, it says only at its end that it has ended.
struct Frames<const N: usize>(std::array::IntoIter<Result<Frame<&'static [u8]>, &'static str>, N>);

fn frames<const N: usize>(data: [&'static str; N]) -> Frames<N> {
    Frames(data.map(|data| Ok(Frame::data(data.as_bytes()))).into_iter())
}

impl<const N: usize> Body for Frames<N> {
    type Data = &'static [u8];
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<&'static [u8]>, &'static str>>> {
        Poll::Ready(self.0.next())
    }
}

/// Calls the handler through the layer; returns the request's id and its response.
fn served<B, E>(
    request: Request<()>,
    answer: impl FnOnce() -> Result<Response<B>, E> + Clone,
) -> (AsyncId, Result<Response<RequestBody<B>>, E>)
where
    B: Body,
{
    record();
    let mut id = AsyncId::ROOT;
    let handler = service_fn(|_: Request<()>| {
        id = execution_async_id();
        let answer = answer.clone();
        async move { answer() }
    });
    let future = RequestLayer::new().layer(handler).call(request);
    let Poll::Ready(answered) = polled(pin!(future)) else { unreachable!("the handler waits for nothing") };
    (id, answered)
}

fn polled<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

type PolledFrame<B> = Poll<Option<Result<Frame<<B as Body>::Data>, <B as Body>::Error>>>;

fn frame<B: Body + Unpin>(body: &mut B) -> PolledFrame<B> {
    Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop()))
}

fn ok<B>(body: B) -> impl FnOnce() -> Result<Response<B>, Infallible> + Clone
where
    B: Clone,
{
    move || Ok(Response::new(body))
}

fn get(path: &str) -> Request<()> {
    Request::get(path).body(()).unwrap()
}

#[test]
fn a_request_begins_inside_its_own_values() {
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let mut request = get("/orders/21?token=secret");
    request.headers_mut().insert("x-request-id", "r-17".parse().unwrap());
    request.headers_mut().insert("traceparent", traceparent.parse().unwrap());
    let (id, response) = served(request, ok(String::new()));
    drop(response);
    let (label, request_id, trace) = life_of(id).in_init;
    assert_eq!(label.as_deref(), Some("GET /orders/21"));
    assert_eq!(request_id.as_deref(), Some("r-17"));
    assert!(trace.unwrap().starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
}

#[test]
fn a_request_is_one_resource_at_the_line_of_its_layer() {
    record();
    let mut id = AsyncId::ROOT;
    let layer = RequestLayer::new();
    let line = line!() - 1;
    let mut service = layer.layer(service_fn(|_: Request<()>| {
        id = execution_async_id();
        ready(Ok::<_, Infallible>(Response::new(String::new())))
    }));
    drop(service.call(get("/")));
    let resource = life_of(id).resource.unwrap();
    assert_eq!((resource.kind(), resource.trigger_async_id()), ("http::request", Some(AsyncId::ROOT)));
    assert_eq!((resource.location().file(), resource.location().line()), (file!(), line));
    assert_eq!(life_of(id).events, ["init", "before", "after", "destroy"]);
}

#[test]
fn it_resolves_when_the_body_has_ended_and_is_destroyed_with_it() {
    let (id, response) = served(get("/"), || Ok::<_, Infallible>(Response::new(frames(["a", "b"]))));
    let mut body = response.unwrap().into_body();
    assert_eq!(life_of(id).end(), ["init"]);
    for _ in 0..2 {
        assert!(frame(&mut body).is_ready());
        assert_eq!(life_of(id).end(), ["init"]);
    }
    assert!(matches!(frame(&mut body), Poll::Ready(None)));
    assert_eq!(life_of(id).end(), ["init", "resolve"]);
    drop(body);
    assert_eq!(life_of(id).end(), ["init", "resolve", "destroy"]);
    // One pair for the call, one for the handler, one for each poll of the body.
    assert_eq!(life_of(id).events.iter().filter(|event| **event == "before").count(), 5);
}

#[test]
fn it_resolves_with_the_last_frame_of_a_body_that_knows_its_end() {
    let (id, response) = served(get("/"), ok("hello".to_owned()));
    let mut body = response.unwrap().into_body();
    assert_eq!(life_of(id).end(), ["init"]);
    assert!(frame(&mut body).is_ready());
    assert_eq!(life_of(id).end(), ["init", "resolve"]);
}

#[test]
fn it_resolves_with_as_many_bytes_as_the_content_length_says() {
    let answer = || {
        let response = Response::builder().header("content-length", "5");
        Ok::<_, Infallible>(response.body(frames(["he", "llo", "never asked for"])).unwrap())
    };
    let (id, response) = served(get("/"), answer);
    let mut body = response.unwrap().into_body();
    assert!(frame(&mut body).is_ready());
    assert_eq!(life_of(id).end(), ["init"]);
    assert!(frame(&mut body).is_ready());
    assert_eq!(life_of(id).end(), ["init", "resolve"]);
    assert!(frame(&mut body).is_ready());
    drop(body);
    assert_eq!(life_of(id).end(), ["init", "resolve", "destroy"]);
}

#[test]
fn it_resolves_with_the_head_where_there_is_no_body() {
    let head = Request::builder().method(Method::HEAD).body(()).unwrap();
    let (id, response) = served(head, || Ok::<_, Infallible>(Response::new(frames(["never asked for"]))));
    assert_eq!(life_of(id).end(), ["init", "resolve"]);
    drop(response);
    assert_eq!(life_of(id).end(), ["init", "resolve", "destroy"]);

    for status in [StatusCode::SWITCHING_PROTOCOLS, StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED] {
        let answer = move || {
            let response = Response::builder().status(status);
            Ok::<_, Infallible>(response.body(frames(["never asked for"])).unwrap())
        };
        let (id, _response) = served(get("/"), answer);
        assert_eq!(life_of(id).end(), ["init", "resolve"], "{status}");
    }
    let empty = || Ok::<_, Infallible>(Response::builder().header("content-length", "0").body(frames([])).unwrap());
    let (id, _response) = served(get("/"), empty);
    assert_eq!(life_of(id).end(), ["init", "resolve"]);
    let (id, _response) = served(get("/"), ok(String::new()));
    assert_eq!(life_of(id).end(), ["init", "resolve"]);
}

#[test]
fn it_resolves_with_an_error_of_the_body() {
    let answer = || {
        let frames = [Ok(Frame::data(&b"a"[..])), Err("the disk is full")];
        Ok::<_, Infallible>(Response::new(Frames(frames.into_iter())))
    };
    let (id, response) = served(get("/"), answer);
    let mut body = response.unwrap().into_body();
    assert!(frame(&mut body).is_ready());
    assert!(matches!(frame(&mut body), Poll::Ready(Some(Err("the disk is full")))));
    assert_eq!(life_of(id).end(), ["init", "resolve"]);
    assert_eq!(life_of(id).attribute("error.type"), Some("&str"));
}

#[test]
fn it_resolves_with_an_error_of_the_service() {
    let (id, response) = served(get("/"), || Err::<Response<String>, _>("no database"));
    assert_eq!(response.err(), Some("no database"));
    assert_eq!(life_of(id).end(), ["init", "resolve", "destroy"]);
    assert_eq!(life_of(id).attribute("error.type"), Some("&str"));
}

#[test]
fn a_request_that_is_dropped_earlier_does_not_resolve() {
    record();
    let mut id = AsyncId::ROOT;
    let mut service = RequestLayer::new().layer(service_fn(|_: Request<()>| {
        id = execution_async_id();
        pending::<Result<Response<String>, Infallible>>()
    }));
    let mut future = Box::pin(service.call(get("/")));
    assert!(polled(future.as_mut()).is_pending());
    drop(future);
    assert_eq!(life_of(id).end(), ["init", "destroy"]);

    let (id, response) = served(get("/"), || Ok::<_, Infallible>(Response::new(frames(["a", "b"]))));
    let mut body = response.unwrap().into_body();
    assert!(frame(&mut body).is_ready());
    drop(body);
    assert_eq!(life_of(id).end(), ["init", "destroy"]);
}

/// Panics where it is polled, without the message of the panic hook.
struct Panicking;

impl Body for Panicking {
    type Data = &'static [u8];
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<&'static [u8]>, Infallible>>> {
        std::panic::resume_unwind(Box::new("a poll of the body"))
    }
}

#[test]
fn a_request_that_panics_does_not_resolve() {
    record();
    let mut id = AsyncId::ROOT;
    let mut service = RequestLayer::new().layer(service_fn(|_: Request<()>| {
        id = execution_async_id();
        async { std::panic::resume_unwind(Box::new("the handler")) as Result<Response<String>, Infallible> }
    }));
    let future = service.call(get("/"));
    assert!(catch_unwind(AssertUnwindSafe(|| polled(pin!(future)).is_ready())).is_err());
    assert_eq!(life_of(id).events, ["init", "before", "after", "before", "after", "destroy"]);

    let (id, response) = served(get("/"), || Ok::<_, Infallible>(Response::new(Panicking)));
    let mut body = response.unwrap().into_body();
    assert!(catch_unwind(AssertUnwindSafe(|| frame(&mut body).is_ready())).is_err());
    drop(body);
    assert_eq!(life_of(id).end(), ["init", "destroy"]);
    assert_eq!(execution_async_id(), AsyncId::ROOT);
}

#[test]
fn a_service_that_panics_when_it_is_called_leaves_nothing() {
    record();
    let mut id = AsyncId::ROOT;
    let mut service = RequestLayer::new().layer(service_fn(|_: Request<()>| {
        id = execution_async_id();
        if id != AsyncId::ROOT {
            std::panic::resume_unwind(Box::new("the call"));
        }
        ready(Ok::<_, Infallible>(Response::new(String::new())))
    }));
    assert!(catch_unwind(AssertUnwindSafe(|| drop(service.call(get("/"))))).is_err());
    assert_eq!(life_of(id).events, ["init", "before", "after", "destroy"]);
    assert_eq!(execution_async_id(), AsyncId::ROOT);
}

/// Says on whose behalf it is dropped.
struct Dropped<'a>(&'a std::cell::Cell<AsyncId>);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.set(execution_async_id());
    }
}

#[test]
fn the_handler_and_the_body_are_dropped_inside_the_request() {
    record();
    let (id, handler, body) = (cell(), cell(), cell());
    let owned = |dropped| Dropped(dropped);
    let mut service = RequestLayer::new().layer(service_fn(|_: Request<()>| {
        id.set(execution_async_id());
        let (handler, body) = (owned(&handler), owned(&body));
        async move {
            let _handler = handler;
            Ok::<_, Infallible>(Response::new(WithDropped(body)))
        }
    }));
    let Poll::Ready(Ok(response)) = polled(pin!(service.call(get("/")))) else { unreachable!("it answers at once") };
    assert_eq!((handler.get(), body.get()), (id.get(), AsyncId::ROOT));
    drop(response);
    assert_eq!(body.get(), id.get());

    // A future that was never polled owns its handler, too.
    let future = service.call(get("/"));
    let unpolled = id.get();
    drop(future);
    assert_eq!(handler.get(), unpolled);
}

fn cell() -> std::cell::Cell<AsyncId> {
    std::cell::Cell::new(AsyncId::ROOT)
}

struct WithDropped<'a>(#[expect(dead_code, reason = "it is there to be dropped")] Dropped<'a>);

impl Body for WithDropped<'_> {
    type Data = &'static [u8];
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<&'static [u8]>, Infallible>>> {
        Poll::Ready(None)
    }
}

#[test]
fn what_the_handler_sets_to_stay_reaches_the_body_and_nobody_else() {
    static USER: AsyncLocal<&str> = AsyncLocal::new();

    /// Reads the local in each frame.
    struct Greeting;

    impl Body for Greeting {
        type Data = &'static [u8];
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<&'static [u8]>, Infallible>>> {
            Poll::Ready(USER.get().map(|user| Ok(Frame::data(user.as_bytes()))))
        }
    }

    let answer = || {
        assert_eq!(USER.get(), None, "nothing of an earlier request is left");
        USER.enter_with("alice");
        Ok::<_, Infallible>(Response::new(Greeting))
    };
    for _ in 0..2 {
        let (_, response) = served(get("/"), answer);
        assert_eq!(USER.get(), None);
        let mut body = response.unwrap().into_body();
        let Poll::Ready(Some(Ok(data))) = frame(&mut body) else { unreachable!("the body has a frame") };
        assert_eq!(data.into_data().unwrap(), b"alice");
        assert_eq!(USER.get(), None);
    }
}

#[test]
fn attributes_describe_the_request() {
    let mut request = get("/orders/21?token=secret");
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";
    request.headers_mut().insert("traceparent", traceparent.parse().unwrap());
    let (id, response) = served(request, ok(String::new()));
    drop(response);
    let life = life_of(id);
    let trace = life.in_init.2.clone().unwrap();
    assert_eq!(life.attribute("trace_id"), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    assert_eq!(life.attribute("span_id"), trace.split('-').nth(2));
    assert_eq!(life.attribute("parent_span_id"), Some("00f067aa0ba902b7"));
    assert_eq!(life.attribute("trace_flags"), Some("3"));
    assert_eq!(life.attribute("http.request.method"), Some("GET"));
    assert_eq!(life.attribute("url.path"), Some("/orders/21"));
    assert_eq!(life.attribute("http.response.status_code"), Some("200"));
    assert_eq!((life.attribute("error.type"), life.attribute("link")), (None, None));
}

#[test]
fn a_server_error_is_an_attribute_and_the_first_span_has_no_parent() {
    let answer =
        || Ok::<_, Infallible>(Response::builder().status(StatusCode::BAD_GATEWAY).body(String::new()).unwrap());
    let (id, response) = served(get("/"), answer);
    drop(response);
    let life = life_of(id);
    assert_eq!(life.attribute("http.response.status_code"), Some("502"));
    assert_eq!(life.attribute("error.type"), Some("502"));
    assert_eq!(life.attribute("parent_span_id"), None);
}

#[test]
fn a_body_of_no_request_is_its_inner_body() {
    record();
    let mut body = RequestBody::<String>::default();
    assert!(body.is_end_stream());
    assert_eq!(body.size_hint().exact(), Some(0));
    assert!(matches!(frame(&mut body), Poll::Ready(None)));
}

#[test]
fn the_hints_of_a_body_are_those_of_its_inner_body() {
    let (_, response) = served(get("/"), ok("hello".to_owned()));
    let mut body = response.unwrap().into_body();
    assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(5), false));
    assert!(frame(&mut body).is_ready());
    assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(0), true));
    let (_, response) = served(get("/"), || Ok::<_, Infallible>(Response::new(frames([]))));
    assert_eq!(response.unwrap().into_body().size_hint().lower(), SizeHint::default().lower());
}

#[test]
fn a_request_that_has_answered_stays_pending() {
    record();
    let handler = service_fn(|_: Request<()>| ready(Ok::<_, Infallible>(Response::new(String::new()))));
    let mut future = Box::pin(RequestLayer::new().layer(handler).call(get("/")));
    assert!(polled(future.as_mut()).is_ready());
    assert!(polled(future.as_mut()).is_pending());
}
