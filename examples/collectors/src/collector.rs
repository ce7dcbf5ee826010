//! A collector that is killed, stalled and started again.

use std::process::Command;

use crate::Failure;
use crate::cores;
use crate::port::free_port;
use crate::process::Process;
use crate::rotel;

/// It throws away what it receives.
pub(crate) struct Collector {
    agent: String,
    ports: [u16; 2],
    process: Option<Process>,
}

impl Collector {
    pub(crate) async fn start(agent: &str) -> Result<Collector, Failure> {
        let mut collector = Collector { agent: agent.to_owned(), ports: [free_port()?, free_port()?], process: None };
        collector.end_outage().await?;
        Ok(collector)
    }

    /// Where it takes spans over gRPC.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[0])
    }

    /// Stalls it, or kills it.
    pub(crate) fn begin_outage(&mut self, is_stall: bool) -> Result<(), Failure> {
        match &self.process {
            Some(process) if is_stall => signal(process, "STOP"),
            _ => {
                self.process = None;
                Ok(())
            }
        }
    }

    pub(crate) async fn end_outage(&mut self) -> Result<(), Failure> {
        if let Some(process) = &self.process {
            return signal(process, "CONT");
        }
        let agent = cores::on(cores::EXPORT, &self.agent);
        self.process = Some(rotel::start(agent, self.ports, &["--exporter", "blackhole"]).await?);
        Ok(())
    }
}

fn signal(process: &Process, name: &str) -> Result<(), Failure> {
    let status = Command::new("kill").args([format!("-{name}"), process.0.id().to_string()]).status()?;
    status.success().then_some(()).ok_or_else(|| "kill".into())
}
