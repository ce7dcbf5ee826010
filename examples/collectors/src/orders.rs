//! Three services serve orders: A calls B, and B calls C.

use std::ops::Range;

use crate::Failure;
use crate::note::Notebook;
use crate::process::Service;

/// Every tenth order fails in C.
pub(crate) const ORDERS: usize = 61;

/// Where the services export to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Endpoint<'a> {
    pub(crate) url: &'a str,
    /// `http/protobuf` or `grpc`.
    pub(crate) protocol: &'a str,
}

/// Has orders served, four at a time, and returns what the services have noted.
///
/// # Errors
///
/// When a service does not start, or answers in the wrong way.
pub(crate) async fn served(to: Endpoint<'_>) -> Result<Vec<Notebook>, Failure> {
    let environment = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", to.url),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", to.protocol),
        ("NO_PROXY", "127.0.0.1"),
    ];
    let start = |name, next: &str| Service::start(&["service", name, next], &environment);
    let c = start("C", "")?;
    let b = start("B", &c.url)?;
    let a = start("A", &b.url)?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    // The first one alone: it opens the connections.
    ask(&client, &a.url, 0..1).await?;
    for first in (1..ORDERS).step_by(4) {
        ask(&client, &a.url, first..ORDERS.min(first + 4)).await?;
    }
    drop(client);
    [a, b, c].into_iter().map(Service::end).collect()
}

/// Asks for these orders at once.
async fn ask(client: &reqwest::Client, url: &str, numbers: Range<usize>) -> Result<(), Failure> {
    let ask = |number| (number, tokio::spawn(client.get(format!("{url}/orders/{number}")).send()));
    for (number, answer) in Vec::from_iter(numbers.map(ask)) {
        let status = answer.await??.status().as_u16();
        if status != if number % 10 == 3 { 503 } else { 200 } {
            return Err(format!("order {number} was answered with {status}").into());
        }
    }
    Ok(())
}

/// The spans that were exported; an error if one was lost.
pub(crate) fn exported(notebooks: &[Notebook]) -> Result<usize, Failure> {
    let lost: u64 = notebooks.iter().map(|notebook| notebook.dropped + notebook.sampled_out).sum();
    match lost {
        0 => Ok(notebooks.iter().map(|notebook| notebook.exported as usize).sum()),
        _ => Err(format!("{lost} spans were lost on the way").into()),
    }
}
