//! What Phoenix has stored, read page by page.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Failure;
use crate::span::Span;

/// No span comes any more when none has come for this long.
///
/// Phoenix stores in the background, slowly on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks until as many spans are there as were sent.
pub(crate) async fn stored(url: &str, expected: usize) -> Result<Vec<Span>, Failure> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let (mut spans, mut last_came) = (Vec::new(), Instant::now());
    while spans.len() < expected && last_came.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let stored = all_pages(&client, &format!("{url}/v1/projects/default/spans/otlpv1?limit=1000")).await?;
        if stored.len() > spans.len() {
            last_came = Instant::now();
        }
        spans = stored;
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
