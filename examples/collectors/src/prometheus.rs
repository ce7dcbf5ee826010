//! Prometheus scrapes a service that works, and `promtool` reads its page.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::facts::Facts;
use crate::numbers::SITES;
use crate::port::{free_port, listening};
use crate::process::{Process, Service};
use crate::promql::number;
use crate::promtool::checked;
use crate::verdict::Finding;

/// Kinds have a limit of their own, and one is for the rest.
const KINDS: usize = 65;

pub(crate) async fn prove() -> Result<Finding, Failure> {
    for tool in ["prometheus", "promtool"] {
        if Command::new(tool).arg("--version").output().is_err() {
            return Ok(Finding::Skipped(format!("{tool} is not installed")));
        }
    }
    let service = Service::start(&["numbers"], &[])?;
    let port = free_port()?;
    let (_prometheus, directory) = start(port, &service.url)?;
    listening(port, Duration::from_secs(20)).await?;

    let client = reqwest::Client::builder().no_proxy().build()?;
    // It scrapes for the first time some seconds after its start.
    let start = Instant::now();
    while number(&client, port, "up").await.is_err() && start.elapsed() < Duration::from_secs(30) {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let mut facts = Facts::default();
    let asked = async |path: &str, times: usize| {
        for _ in 0..times {
            client.get(format!("{}/{path}", service.url)).send().await?.text().await?;
        }
        Ok::<_, Failure>(client.get(format!("{}/metrics", service.url)).send().await?.text().await?)
    };
    facts.equal("promtool's words", "after work", &String::new(), &checked(&asked("work", 20_000).await?)?);
    facts.equal("promtool's words", "after hostile kinds", &String::new(), &checked(&asked("hostile", 200).await?)?);
    // The last scrape comes after the last request.
    tokio::time::sleep(Duration::from_secs(2)).await;

    let query = async |query: &str| number(&client, port, query).await;
    let series = query("count({__name__=~\"async_hooks_resources_created_total\"})").await?;
    let scrapes = query("sum(count_over_time(up{job=\"service\"}[1m]))").await?;
    facts.equal("scrapes that failed", "all", &scrapes, &query("sum(sum_over_time(up{job=\"service\"}[1m]))").await?);
    facts.equal("within the limit", "series", &true, &(series <= (SITES + KINDS) as f64));
    let created = query("sum(async_hooks_resources_created_total)").await?;
    let counted: u64 = service.end()?;
    facts.equal("resources that were created", "all", &(counted as f64), &created);
    let _ = fs::remove_dir_all(directory);
    Ok(facts.finding(&format!("{scrapes} scrapes under load, {created} resources in {series} series, promtool silent")))
}

fn start(port: u16, url: &str) -> Result<(Process, std::path::PathBuf), Failure> {
    let directory = std::env::temp_dir().join(format!("prometheus-{port}"));
    fs::create_dir_all(&directory)?;
    let target = url.trim_start_matches("http://");
    let settings = format!(
        "global: {{scrape_interval: 500ms, scrape_timeout: 500ms}}\n\
         scrape_configs: [{{job_name: service, static_configs: [{{targets: ['{target}']}}]}}]\n"
    );
    fs::write(directory.join("prometheus.yml"), settings)?;
    let mut command = Command::new("prometheus");
    command.arg(format!("--config.file={}", directory.join("prometheus.yml").display()));
    command.arg(format!("--storage.tsdb.path={}", directory.display()));
    command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
    Ok((Process(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?), directory))
}
