//! The handlers of `actix_server`.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::body::BodyStream;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, web};
use async_hooks::diagnostics::{TrackingReport, tracking_report};
use async_hooks::{Snapshot, prelude::*};
use futures::StreamExt as _;

use crate::actix_layers::{caller, enter, track};
use crate::points::{ALWAYS, OUT_OF_REACH, VALUES, check, row};
use crate::work::{steps, work};

/// What the worker said about its own runtime.
pub(crate) type Asked = Mutex<Option<TrackingReport>>;

pub(crate) fn add(routes: &mut web::ServiceConfig) {
    let tracked = web::scope("/tracked").wrap(from_fn(track));
    let tracked = tracked.route("/answer", web::get().to(answer)).route("/body", web::get().to(body));
    let plain = web::scope("/plain").wrap(from_fn(enter)).route("/answer", web::get().to(entered));
    routes.service(tracked).service(plain).route("/report", web::get().to(report));
}

async fn answer(request: HttpRequest) -> String {
    let caller = caller(&request);
    work(&caller).await;
    let job = |point, reach| {
        let caller = caller.clone();
        move |()| check(point, reach, &caller)
    };
    let plain = job("web::block", row("tokio::task::spawn_blocking"));
    let bound = Snapshot::current().bind(job("web::block with a bound closure", VALUES));
    let _ = tokio::join!(web::block(move || plain(())), web::block(move || bound(())));
    let local = {
        let caller = caller.clone();
        async move { check("actix_web::rt::spawn", row("tokio::task::spawn_local"), &caller) }
    };
    let _ = actix_web::rt::spawn(local).await;
    check("handler, at its end", ALWAYS, &caller);
    caller
}

async fn body(request: HttpRequest) -> HttpResponse {
    let caller = caller(&request);
    let parts = steps(caller).map(|(step, caller)| {
        check("part of a streamed body", ALWAYS, &caller);
        Ok::<_, std::io::Error>(web::Bytes::from(format!("{step} for {caller}\n")))
    });
    HttpResponse::Ok().body(BodyStream::new(parts.in_async_resource("body")))
}

async fn entered(request: HttpRequest) -> String {
    let caller = caller(&request);
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(1)).await;
        check("below enter_with, nothing tracked", OUT_OF_REACH, &caller);
    }
    caller
}

async fn report(asked: web::Data<Asked>) -> HttpResponse {
    let report = tracking_report().await;
    *asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
    HttpResponse::Ok().finish()
}
