//! Headers that a real server takes, and that must not do harm.

use async_hooks_http::{Baggage, RequestLayer, request_id, trace_context};
use axum::{Router, routing::get};

use crate::connection::{KeepAlive, serve};

async fn what_was_taken() -> String {
    let trace = trace_context().unwrap();
    let is_new = trace.link().is_none() && trace.tracestate().is_empty() && trace.flags() == 3;
    format!("{is_new} {} {}<end>", request_id().unwrap().len(), Baggage::current())
}

#[tokio::test]
async fn hostile_headers_start_a_new_trace_and_the_request_is_served() {
    let address = serve(Router::new().route("/", get(what_was_taken)).layer(RequestLayer::new())).await;
    let long = "a".repeat(4000);
    for (headers, made_id) in [
        (b"x-request-id: \"; drop table\r\ntraceparent: 00-\"\r\nbaggage: \"\r\n".to_vec(), true),
        (b"x-request-id: \xe2\x80\xae\r\ntraceparent: \xff\xfe\r\nbaggage: a=\xe2\x80\xae\r\n".to_vec(), true),
        (b"x-request-id: a\tb\r\ntracestate: a=\x80\r\nbaggage: \x80=1\r\n".to_vec(), true),
        (
            format!("x-request-id: {long}\r\ntraceparent: {long}\r\ntracestate: {long}\r\nbaggage: {long}\r\n").into(),
            true,
        ),
        (b"x-request-id: one\r\nx-request-id: another\r\n".to_vec(), true),
        (b"x-request-id: fine\r\ntraceparent:\r\ntracestate:\r\nbaggage:\r\n".to_vec(), false),
    ] {
        let mut client = KeepAlive::to(address).await;
        client.send("GET /", &headers).await;
        let answer = client.read_until("<end>").await;
        let id_length = if made_id { 32 } else { "fine".len() };
        let shown = String::from_utf8_lossy(&headers);
        assert!(answer.ends_with(&format!("true {id_length} <end>")), "{shown}: {answer}");
    }
}

#[tokio::test]
async fn a_request_id_cannot_split_the_response() {
    let address = serve(Router::new().route("/", get(what_was_taken)).layer(RequestLayer::new())).await;
    for injected in [&b"x-request-id: a\r\n set-cookie: b\r\n"[..], b"x-request-id: a%0d%0aset-cookie:%20b\r\n"] {
        let mut client = KeepAlive::to(address).await;
        client.send("GET /", &[injected, b"connection: close\r\n"].concat()).await;
        let answer = client.read_to_end().await;
        assert!(!answer.lines().any(|line| line.trim().starts_with("set-cookie")), "{answer}");
    }
}
