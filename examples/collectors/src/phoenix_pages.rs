//! What Phoenix has stored, read page by page.

use std::time::Duration;

use serde_json::Value;

use crate::Failure;
use crate::span::Span;

/// Asks until as many spans are there as were sent; it stores them in the background.
pub(crate) async fn stored(url: &str, expected: usize) -> Result<Vec<Span>, Failure> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut spans = Vec::new();
    for _ in 0..60 {
        spans = all_pages(&client, &format!("{url}/v1/projects/default/spans/otlpv1?limit=1000")).await?;
        if spans.len() >= expected {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(spans)
}

async fn all_pages(client: &reqwest::Client, url: &str) -> Result<Vec<Span>, Failure> {
    let (mut spans, mut cursor) = (Vec::new(), String::new());
    loop {
        let page: Value = client.get(format!("{url}{cursor}")).send().await?.json().await?;
        spans.extend(page["data"].as_array().into_iter().flatten().filter_map(Span::from_otlp));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(spans),
        }
    }
}
