//! Questions to Prometheus.

use serde_json::Value;

use crate::Failure;

/// The one number that answers this query.
pub(crate) async fn number(client: &reqwest::Client, port: u16, query: &str) -> Result<f64, Failure> {
    let url = reqwest::Url::parse_with_params(&format!("http://127.0.0.1:{port}/api/v1/query"), [("query", query)])?;
    let answer: Value = client.get(url).send().await?.json().await?;
    let value = answer["data"]["result"][0]["value"][1].as_str().ok_or_else(|| format!("{query}: {answer}"))?;
    Ok(value.parse()?)
}
