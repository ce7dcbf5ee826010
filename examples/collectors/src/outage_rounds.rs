//! Rounds of a load on three services, of which one has an outage.
//!
//! Another has a collector that lives, and the third does not export. They answer in turn, so whatever else the machine does falls
//! on all of them. In each round they have other parts, so it does not matter which of them is a little faster.

use std::time::Duration;

use crate::Failure;
use crate::busy::Account;
use crate::cores;
use crate::load::p99;
use crate::outage_side::Side;
use crate::round::{Round, Slice};
use crate::threads::processor_time;

const SLICE: Duration = Duration::from_secs(3);

/// The load goes on for this long before a slice, until what was before has no effect on it.
const SETTLE: Duration = Duration::from_millis(500);

/// The part of each service, in the rounds that follow each other.
///
/// What a service still does after an answer delays the next service: here each part follows each other one as often.
pub(crate) const PARTS: [[usize; 3]; 6] = [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 2, 1], [2, 1, 0], [1, 0, 2]];

pub(crate) struct Rounds([Side; 3]);

impl Rounds {
    /// Starts the services on one processor, and all that exports on the other.
    ///
    /// The client shares that of the services.
    pub(crate) async fn start(agent: &str) -> Result<Rounds, Failure> {
        let sides = [Side::start(agent).await?, Side::start(agent).await?, Side::start(agent).await?];
        cores::move_to(cores::PROGRAM, &["-a"], std::process::id())?;
        Ok(Rounds(sides))
    }

    /// Each service has one of [`PARTS`].
    pub(crate) async fn round(&mut self, is_stall: bool, parts: [usize; 3]) -> Result<Round, Failure> {
        for (side, part) in self.0.iter_mut().zip(parts) {
            side.take(part, is_stall).await?;
        }
        self.p99(SETTLE)?;
        let before = self.exporting()?;
        let p99 = self.p99(SLICE)?;
        let after = self.exporting()?;
        let mut round = Round::default();
        for (side, part) in parts.into_iter().enumerate() {
            let exporting = (after[side] - before[side]) / SLICE.as_secs_f64();
            round[part] = Slice { p99: p99[side], exporting };
        }
        Ok(round)
    }

    fn p99(&mut self, time: Duration) -> Result<[f64; 3], Failure> {
        p99(self.0.each_mut().map(|side| &mut side.connection), time)
    }

    fn exporting(&self) -> Result<[f64; 3], Failure> {
        let [first, second, third] = &self.0;
        let of = |side: &Side| processor_time(side.service.id());
        Ok([of(first)?, of(second)?, of(third)?])
    }

    /// Ends the services, which tell what became of their spans.
    pub(crate) async fn end(self) -> Result<Account, Failure> {
        let mut account = Account::default();
        for mut side in self.0 {
            side.collector.end_outage().await?;
            drop(side.connection);
            account += side.service.end()?;
        }
        Ok(account)
    }
}
