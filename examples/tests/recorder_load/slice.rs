//! What one server has answered in one turn.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::client::Users;
use crate::process;

/// How many requests were answered, and what that took.
#[derive(Clone, Copy, Default)]
pub(crate) struct Slice {
    pub(crate) answered: u64,
    /// Hundredths of a second of the processors.
    worked: u64,
    took: Duration,
    /// KiB of memory at its end.
    pub(crate) resident: u64,
}

impl Slice {
    pub(crate) fn measure(runtime: &Runtime, server: SocketAddr, users: usize, duration: Duration) -> Self {
        let (start, worked) = (Instant::now(), process::worked());
        let answered = runtime.block_on(async {
            let users = Users::start(server, users);
            tokio::time::sleep(duration).await;
            users.stop().await
        });
        let (took, worked) = (start.elapsed(), process::worked() - worked);
        Slice { answered, worked, took, resident: process::resident() }
    }

    pub(crate) fn add(&mut self, other: Slice) {
        self.answered += other.answered;
        self.worked += other.worked;
        self.took += other.took;
    }

    pub(crate) fn answered_in_second(&self) -> f64 {
        self.answered as f64 / self.took.as_secs_f64()
    }

    pub(crate) fn answered_in_time_of_processor(&self) -> f64 {
        self.answered as f64 / self.worked.max(1) as f64
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.answered, self.worked, self.took.as_micros(), self.resident)
    }
}

impl FromStr for Slice {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let numbers = Vec::from_iter(line.split(' ').flat_map(str::parse));
        let &[answered, worked, micros, resident] = &*numbers else { return Err(line.to_owned()) };
        Ok(Slice { answered, worked, took: Duration::from_micros(micros), resident })
    }
}
