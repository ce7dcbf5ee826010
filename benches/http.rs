//! What does a resource for each request cost a server?
//!
//! An axum server that says hello, and a client that writes and reads bytes, on one thread and over loopback: a request is some
//! ten thousand instructions, the client's and tokio's included. What the system does is in the time only.

use std::io;

use async_hooks::FutureExt as _;
use async_hooks::http::RequestLayer;
use async_hooks_benches::{Bar, Case, Question, Sample, current_thread_runtime_with_io, with_counting_hooks};
use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceBuilder;
use tower_http::ServiceBuilderExt as _;
use tower_http::request_id::MakeRequestUuid;

const BARE: &str = "axum";
const LAYERED: &str = "axum, and a layer that does nothing";
const TOWER_HTTP: &str = "SetRequestIdLayer, TraceLayer and PropagateRequestIdLayer";

pub(crate) fn question() -> Question {
    Question::new("What does a resource for each request cost a server?")
        .group("a request")
        .case(Case::floor(BARE, |sample| serve(sample, hello())))
        .case(
            Case::new("a resource for each request, in its handler, off", |sample| serve(sample, tracked_handler()))
                .bar(Bar::InstructionsOf(BARE, 1.03)),
        )
        .case(
            Case::new("a resource for each request, in its handler, one hook", |sample| {
                with_counting_hooks(1, || serve(sample, tracked_handler()));
            })
            .bar(Bar::InstructionsOf(BARE, 1.03)),
        )
        .group("a request, through a layer")
        .case(Case::floor(LAYERED, |sample| serve(sample, hello().layer(tower::layer::util::Identity::new()))))
        .case(
            Case::new("a resource for each request, in a layer, off", |sample| serve(sample, tracked()))
                .bar(Bar::InstructionsOf(LAYERED, 1.03)),
        )
        .case(
            Case::new("a resource for each request, in a layer, one hook", |sample| {
                with_counting_hooks(1, || serve(sample, tracked()));
            })
            .bar(Bar::InstructionsOf(LAYERED, 1.03)),
        )
        .group("a request, through layers that name it")
        .case(Case::peer(TOWER_HTTP, |sample| serve(sample, named_by_tower_http())))
        .case(
            Case::new("RequestLayer, off", |sample| serve(sample, named()))
                .bar(Bar::InstructionsOver(BARE, 1500))
                .bar(Bar::InstructionsOf(TOWER_HTTP, 1.0)),
        )
        .case(Case::new("RequestLayer, one hook", |sample| with_counting_hooks(1, || serve(sample, named()))))
}

fn hello() -> Router {
    Router::new().route("/", get(async || "hello"))
}

fn tracked_handler() -> Router {
    Router::new().route("/", get(|| async { "hello" }.in_async_resource("http::request")))
}

/// The way to have one with any tower service.
fn tracked() -> Router {
    hello().layer(ServiceBuilder::new().map_future(|response: Route| response.in_async_resource("http::request")))
}

/// With a trace, an id in request and response, and a context.
fn named() -> Router {
    hello().layer(RequestLayer::new())
}

/// With an id in request and response, and a span that nobody records.
fn named_by_tower_http() -> Router {
    let layers = ServiceBuilder::new().set_x_request_id(MakeRequestUuid).trace_for_http().propagate_x_request_id();
    hello().layer(layers)
}

type Route = axum::routing::future::RouteFuture<std::convert::Infallible>;

fn serve(sample: &mut Sample, app: Router) {
    let runtime = current_thread_runtime_with_io();
    let asked = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut client = TcpStream::connect(listener.local_addr()?).await?;
        client.set_nodelay(true)?;
        let server = tokio::spawn(async { axum::serve(listener, app).await });
        ask(&mut client, 10).await?;
        Ok::<_, io::Error>((client, server))
    });
    let (mut client, server) = match asked {
        Ok(asked) => asked,
        Err(error) => return anstream::eprintln!("no server on loopback: {error}"),
    };
    sample.time_all(|times| {
        if let Err(error) = runtime.block_on(ask(&mut client, times)) {
            anstream::eprintln!("the server does not answer: {error}");
        }
    });
    server.abort();
}

/// With the headers that a client of ordinary kind sends.
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost:8080\r\nuser-agent: bench/1.0\r\n\
    accept: application/json, text/plain, */*\r\naccept-encoding: gzip, br\r\n\
    authorization: Bearer 0123456789abcdef0123456789abcdef\r\n\
    traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n";

async fn ask(client: &mut TcpStream, times: u64) -> io::Result<()> {
    let mut answer = [0; 1024];
    for _ in 0..times {
        client.write_all(REQUEST).await?;
        let mut read = 0;
        while !answer[..read].ends_with(b"hello") {
            match client.read(&mut answer[read..]).await? {
                0 => return Err(io::Error::other("the server has hung up")),
                more => read += more,
            }
        }
    }
    Ok(())
}
