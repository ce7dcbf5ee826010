//! The middleware of `docs/recipes/servers.md`, and one that makes no resource.

use actix_web::HttpRequest;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use async_hooks::prelude::*;

use crate::witness::{USER, belongs_to};

pub(crate) fn caller(request: &HttpRequest) -> String {
    request.headers().get("x-user").and_then(|user| user.to_str().ok()).unwrap_or_default().to_owned()
}

pub(crate) async fn track(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let caller = caller(request.request());
    let handled = async move {
        belongs_to(&caller);
        if !caller.starts_with("anonymous") {
            USER.enter_with(caller);
        }
        next.call(request).await
    };
    handled.in_async_resource("http::request").await
}

/// Makes no resource, so `enter_with` is ignored: the thread belongs to all requests.
pub(crate) async fn enter(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    USER.enter_with(caller(request.request()));
    next.call(request).await
}
