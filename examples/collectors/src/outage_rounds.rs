//! Rounds of a load: without exporting, with a collector, and with an outage of it.
//!
//! They take turns, so that whatever else the machine does falls on all of them.

use std::time::Duration;

use crate::Failure;
use crate::busy::Account;
use crate::collector::Collector;
use crate::cores;
use crate::load::Clients;
use crate::process::Service;
use crate::round::{OFF, OUTAGE, Round, Slice};
use crate::threads::{exporting, processor_time};

const SLICE: Duration = Duration::from_secs(1);

/// The load goes on for this long before a slice, until what was before has no effect on it.
const SETTLE: Duration = Duration::from_millis(500);

pub(crate) struct Rounds {
    collector: Collector,
    service: Service,
    clients: Clients,
}

impl Rounds {
    /// Starts a collector and a service, on a processor each.
    pub(crate) async fn start(agent: &str) -> Result<Rounds, Failure> {
        let collector = Collector::start(agent).await?;
        let mut busy = cores::on(cores::PROGRAM, std::env::current_exe()?);
        busy.arg("busy").env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url());
        busy.env("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc").env("OTEL_EXPORTER_OTLP_TIMEOUT", "1000");
        let service = Service::of(&mut busy)?;
        exporting(service.id())?.iter().try_for_each(|thread| cores::move_to(cores::EXPORT, &[], thread.id))?;
        cores::move_to(cores::PROGRAM, &["-a"], std::process::id())?;
        let clients = Clients::connect(&service.url)?;
        Ok(Rounds { collector, service, clients })
    }

    /// A slice of each. Every second round has the opposite order.
    ///
    /// It begins with the outage that the one before has ended with.
    pub(crate) async fn round(&mut self, is_stall: bool, is_reversed: bool) -> Result<Round, Failure> {
        let mut round = Round::default();
        for place in 0..round.len() {
            let slice = if is_reversed { OUTAGE - place } else { place };
            match slice {
                OUTAGE => self.collector.begin_outage(is_stall)?,
                _ => self.collector.end_outage().await?,
            }
            // The last one also waits until what is left is exported.
            self.clients.get(if slice == OFF { "/off" } else { "/on" })?;
            round[slice] = self.slice()?;
        }
        Ok(round)
    }

    fn slice(&mut self) -> Result<Slice, Failure> {
        self.clients.p99(SETTLE)?;
        let before = processor_time(self.service.id())?;
        let p99 = self.clients.p99(SLICE)?;
        Ok(Slice { p99, exporting: (processor_time(self.service.id())? - before) / SLICE.as_secs_f64() })
    }

    /// Ends the service, which tells what became of its spans.
    pub(crate) async fn end(mut self) -> Result<Account, Failure> {
        self.collector.end_outage().await?;
        drop(self.clients);
        self.service.end()
    }
}
