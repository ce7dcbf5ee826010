//! What must hold when all acts of a round have ended.

use std::fmt::Write as _;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::oracle::Oracle;
use crate::values::{check_idle, tokens_alive};
use crate::{faults, hooks, tools};

/// Runtimes that are shut down in the background need a moment.
const TO_SETTLE: Duration = Duration::from_secs(20);
/// The allocator and the tools' tables grow for a while.
const WARM_UP: usize = 60;

pub(crate) struct Judge {
    events: u64,
    threads: Option<usize>,
    resident: Vec<usize>,
}

impl Judge {
    pub(crate) fn new() -> Self {
        Judge { events: 0, threads: None, resident: Vec::new() }
    }

    pub(crate) fn round(&mut self, round: u64, oracle: Option<Oracle>) {
        let alive = || oracle.as_ref().map(Oracle::alive).unwrap_or_default();
        let threads = || status("Threads:");
        // The signals' threads, and the ticker, may be there or not.
        let allowed = *self.threads.get_or_insert_with(|| threads() + 3);
        let end = Instant::now() + TO_SETTLE;
        let is_quiet = || {
            tokens_alive() == 0
                && alive().is_empty()
                && threads() <= allowed
                && hooks::attached() == 0
                && tools::alive().is_empty()
        };
        while !is_quiet() && Instant::now() < end {
            thread::yield_now();
        }
        faults::check(is_quiet(), || {
            format!(
                "after round {round} there are {} tokens, {} foreign contexts and {} threads; alive are {:?} and for the tools {:?}",
                tokens_alive(),
                hooks::attached(),
                threads(),
                alive(),
                tools::alive()
            )
        });
        check_idle("the main thread");
        self.events += oracle.as_ref().map_or(0, Oracle::events);
        self.resident.push(status("VmRSS:"));
    }

    /// Compares the last third of the rounds with the first, where there are enough.
    pub(crate) fn memory(&self) {
        let Some(rounds) = self.resident.get(WARM_UP..).filter(|rounds| rounds.len() >= 3 * WARM_UP) else { return };
        let third = rounds.len() / 3;
        let mean = |rounds: &[usize]| rounds.iter().sum::<usize>() / rounds.len();
        let (first, last) = (mean(&rounds[..third]), mean(&rounds[rounds.len() - third..]));
        faults::check(last <= first + first / 10, || {
            format!("{first} KiB resident in the first third, {last} KiB in the last")
        });
    }

    pub(crate) fn figures(&self) -> String {
        let (rounds, events) = (self.resident.len(), self.events);
        let mut figures = format!("{rounds} rounds, {events} events checked; KiB resident:");
        for resident in self.resident.iter().step_by((rounds / 10).max(1)) {
            let _ = write!(figures, " {resident}");
        }
        figures + "\n"
    }
}

/// A number of the process; 0 where the system does not say.
fn status(field: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}
