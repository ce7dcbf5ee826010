//! Rounds of a load on three services, of which one has an outage.
//!
//! Another has a collector that lives, and the third does not export. They answer in turn, so whatever else the machine does falls
//! on all of them. In each round they have other roles, so it does not matter which of them is a little faster.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::Failure;
use crate::busy::Account;
use crate::cores;
use crate::load::p99;
use crate::outage_subject::Subject;
use crate::round::{Round, Slice};
use crate::threads::{exporting, processor_time};

const SLICE: Duration = Duration::from_secs(3);

/// The load goes on for this long before a slice, until what was before has no effect on it.
const SETTLE: Duration = Duration::from_millis(500);

/// The role of each service, in the rounds that follow each other.
///
/// What a service still does after an answer delays the next service: here each role follows each other one as often.
pub(crate) const ROLES: [[usize; 3]; 6] = [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 2, 1], [2, 1, 0], [1, 0, 2]];

pub(crate) struct Rounds([Subject; 3]);

impl Rounds {
    /// Starts the services on one processor, and all that exports on the other.
    ///
    /// The client shares that of the services.
    pub(crate) async fn start(agent: &str) -> Result<Rounds, Failure> {
        let subjects = [Subject::start(agent).await?, Subject::start(agent).await?, Subject::start(agent).await?];
        cores::move_to(cores::PROGRAM, &["-a"], std::process::id())?;
        Ok(Rounds(subjects))
    }

    /// Each service has one of [`ROLES`].
    pub(crate) async fn round(&mut self, is_stall: bool, roles: [usize; 3]) -> Result<Round, Failure> {
        for (subject, role) in self.0.iter_mut().zip(roles) {
            subject.begin(role, is_stall).await?;
        }
        self.p99(SETTLE)?;
        let before = self.export_times()?;
        let p99 = self.p99(SLICE)?;
        let (after, mut round) = (self.export_times()?, Round::default());
        for (subject, role) in roles.into_iter().enumerate() {
            let exporting = after[subject] - before[subject];
            round[role] = Slice { p99: p99[subject], exporting: exporting / SLICE.as_secs_f64() };
        }
        Ok(round)
    }

    fn p99(&mut self, time: Duration) -> Result<[f64; 3], Failure> {
        p99(self.0.each_mut().map(|subject| &mut subject.connection), time)
    }

    /// The processor time that exporting has taken, in seconds.
    fn export_times(&self) -> Result<Vec<f64>, Failure> {
        self.0.iter().map(|subject| processor_time(subject.service.id())).collect()
    }

    /// Where the threads that export may run.
    pub(crate) fn processors_of_export(&self) -> Result<BTreeSet<String>, Failure> {
        let threads = self.0.iter().map(|subject| exporting(subject.service.id())).collect::<Result<Vec<_>, _>>()?;
        Ok(threads.into_iter().flatten().map(|thread| thread.processors).collect())
    }

    /// Ends the services, which tell what became of their spans.
    pub(crate) async fn end(self) -> Result<Account, Failure> {
        let mut account = Account::default();
        for mut subject in self.0 {
            subject.collector.end_outage().await?;
            drop(subject.connection);
            account += subject.service.end()?;
        }
        Ok(account)
    }
}
