//! A collector is killed, stalled and started again, while a service exports to it.
//!
//! Rounds with and without the collector take turns, so that whatever else the machine does falls on both.

use std::process::Command;
use std::time::Duration;

use crate::Failure;
use crate::busy::Account;
use crate::facts::Facts;
use crate::load::{Clients, p99};
use crate::port::free_port;
use crate::process::{Process, Service};
use crate::python;
use crate::rotel;
use crate::threads::processor_time;
use crate::verdict::Finding;

const ROUND: Duration = Duration::from_secs(1);

/// The usual number of pairs of rounds for each kind of outage; `OUTAGE_ROUNDS` is another.
const ROUNDS: usize = 30;

pub(crate) async fn prove() -> Result<Finding, Failure> {
    let Some(agent) = rotel::agent()? else { return Ok(Finding::Skipped(python::is_missing("rotel"))) };
    let ports = [free_port()?, free_port()?];
    let start = async || rotel::start(&agent, ports, &["--exporter", "blackhole"]).await;
    let mut collector = Some(start().await?);
    let url = format!("http://127.0.0.1:{}", ports[0]);
    let environment = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*url),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1000"),
    ];
    let service = Service::start(&["busy"], &environment)?;
    let mut clients = Clients::connect(&service.url)?;
    clients.ask(ROUND)?;
    let rounds = std::env::var("OUTAGE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);

    let (mut facts, mut texts) = (Facts::default(), Vec::new());
    for outage in ["killed", "stalled"] {
        let (mut ratios, mut busy) = (Vec::new(), [0.0; 2]);
        for _ in 0..rounds {
            let before = processor_time(service.id())?;
            let with = p99(&clients.ask(ROUND)?);
            let between = processor_time(service.id())?;
            match (outage, &collector) {
                ("stalled", Some(collector)) => signal(collector, "STOP")?,
                _ => collector = None,
            }
            let without = p99(&clients.ask(ROUND)?);
            let after = processor_time(service.id())?;
            match &collector {
                Some(collector) => signal(collector, "CONT")?,
                None => collector = Some(start().await?),
            }
            ratios.push(without / with);
            busy = [busy[0] + (between - before), busy[1] + (after - between)];
        }
        ratios.sort_by(f64::total_cmp);
        let [low, median, high] = [1, 2, 3].map(|quarter| (ratios[ratios.len() * quarter / 4] - 1.0) * 100.0);
        // Noise makes single pairs worse, and others better.
        facts.equal("at most 2 % longer, in the median", outage, &true, &(median <= 2.0));
        let [with, without] = busy.map(|time| time / rounds as f64 / ROUND.as_secs_f64() * 100.0);
        texts.push(format!(
            "{outage}: p99 {median:+.1} % ({low:+.1} to {high:+.1} %), our threads {with:.1} % of a processor, {without:.1} % meanwhile"
        ));
    }
    clients.ask(ROUND)?;
    drop(clients);
    let Account { made, exported, dropped } = service.end()?;
    facts.equal("spans that were exported or counted as dropped", "all", &made, &(exported + dropped));
    facts.equal("something was exported, something dropped", "spans", &(true, true), &(exported > 0, dropped > 0));
    Ok(facts.finding(&format!("{}; {made} spans, {exported} exported, {dropped} dropped", texts.join("; "))))
}

fn signal(process: &Process, name: &str) -> Result<(), Failure> {
    let status = Command::new("kill").args([format!("-{name}"), process.0.id().to_string()]).status()?;
    status.success().then_some(()).ok_or_else(|| "kill".into())
}
