//! A service with a collector of its own, in the rounds of an outage.

use crate::Failure;
use crate::collector::Collector;
use crate::cores;
use crate::load::Connection;
use crate::process::Service;
use crate::round::{OFF, OUTAGE};
use crate::threads::exporting;

pub(crate) struct Subject {
    pub(crate) collector: Collector,
    pub(crate) service: Service,
    pub(crate) connection: Connection,
}

impl Subject {
    /// Starts both; what exports runs on the collector's processor.
    pub(crate) async fn start(agent: &str) -> Result<Subject, Failure> {
        let collector = Collector::start(agent).await?;
        let mut busy = cores::on(cores::PROGRAM, std::env::current_exe()?);
        busy.arg("busy").env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url());
        busy.env("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc").env("OTEL_EXPORTER_OTLP_TIMEOUT", "1000");
        let service = Service::of(&mut busy)?;
        let mut connection = Connection::to(&service.url)?;
        // The first time starts the threads that export.
        connection.get("/on")?;
        exporting(service.id())?.iter().try_for_each(|thread| cores::move_to(cores::EXPORT, &[], thread.id))?;
        Ok(Subject { collector, service, connection })
    }

    /// Begins not to export, to export to a collector that lives, or an outage.
    pub(crate) async fn begin(&mut self, role: usize, is_stall: bool) -> Result<(), Failure> {
        self.collector.end_outage().await?;
        // An end of exporting waits until what is left is exported.
        self.connection.get(if role == OFF { "/off" } else { "/on" })?;
        if role == OUTAGE { self.collector.begin_outage(is_stall) } else { Ok(()) }
    }
}
