//! Many requests at once, each of a caller of its own.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::Client;

use crate::Failure;

/// The requests of one program.
pub(crate) const REQUESTS: usize = 1000;
const AT_ONCE: usize = 48;

/// Every fifth caller has no name, so its request sets no value.
pub(crate) fn caller(number: usize) -> String {
    if number.is_multiple_of(5) { format!("anonymous-{number}") } else { format!("user-{number}") }
}

/// Awaits `request` for each number, many at once.
pub(crate) async fn run<F>(request: impl Fn(usize) -> F) -> Result<(), Failure>
where
    F: Future<Output = Result<(), Failure>>,
{
    stream::iter((0..REQUESTS).map(request)).buffer_unordered(AT_ONCE).try_collect().await
}

/// Two clients with pools of kept connections: HTTP/1, HTTP/2.
pub(crate) fn clients() -> reqwest::Result<[Client; 2]> {
    let client = || Client::builder().no_proxy();
    Ok([client().build()?, client().http2_prior_knowledge().build()?])
}

/// Reads an answer to its end, or leaves each seventh before.
pub(crate) async fn read(client: &Client, url: &str, number: usize) -> Result<(), Failure> {
    let answer = client.get(url).header("x-user", caller(number)).send().await?.error_for_status()?;
    let mut parts = answer.bytes_stream();
    while let Some(part) = parts.try_next().await? {
        if number.is_multiple_of(7) {
            break;
        }
        let text = String::from_utf8_lossy(&part);
        if text.contains("user-") && !text.contains(&caller(number)) {
            return Err(format!("{} has received {text:?}", caller(number)).into());
        }
    }
    Ok(())
}
