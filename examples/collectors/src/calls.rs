//! How a service calls the next one.

use async_hooks::FutureExt as _;
use async_hooks::http::{ClientLayer, inject};
use axum::http::{HeaderMap, Request, StatusCode};
use tower::{Layer as _, ServiceExt as _};

use crate::Failure;

/// Through a layer: the call is a resource of its own.
pub(crate) async fn layered(client: &reqwest::Client, url: &str) -> Result<(u16, String), Failure> {
    let client = client.clone();
    let send = tower::service_fn(move |request: Request<reqwest::Body>| {
        let client = client.clone();
        async move { client.execute(request.try_into()?).await }
    });
    let request = Request::get(url).body(reqwest::Body::default())?;
    let answer = ClientLayer::new().layer(send).oneshot(request).await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}

/// A bare call, in a resource for the attempt.
pub(crate) async fn attempt(client: &reqwest::Client, url: &str) -> Result<(u16, String), Failure> {
    let call = async {
        let mut headers = HeaderMap::new();
        inject(&mut headers);
        let answer = client.get(url).headers(headers).send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    };
    call.in_async_resource("attempt").await
}

/// What the caller answers with.
pub(crate) fn answered(answer: Result<(u16, String), Failure>) -> (StatusCode, String) {
    answer.map_or((StatusCode::BAD_GATEWAY, String::new()), |(status, text)| {
        (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), text)
    })
}
