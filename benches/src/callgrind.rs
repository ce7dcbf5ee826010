//! Instructions: a case runs alone under valgrind, for N and for 2N iterations.

use std::io;
use std::process::Command;

use crate::case::Case;
use crate::currency::Currency;
use crate::figures::{Figure, Figures};

/// Enough that what differs between two starts of a process, some thousand instructions, does not show.
const ITERATIONS: u64 = 10_000;

/// Counts the instructions of all cases.
///
/// # Errors
///
/// If valgrind is not there, or says nothing of use.
pub(crate) fn measure(cases: &[&Case]) -> io::Result<Figures> {
    let count = |case: &&Case| Ok(Figure { name: case.name(), samples: vec![instructions_per_iteration(case)?] });
    let figures = cases.iter().map(count).collect::<io::Result<_>>()?;
    Ok(Figures { currency: Currency::Instructions, figures })
}

fn instructions_per_iteration(case: &Case) -> io::Result<f64> {
    let (once, twice) = (collected(case, ITERATIONS)?, collected(case, 2 * ITERATIONS)?);
    Ok((twice - once) / ITERATIONS as f64)
}

/// Runs this very executable again, for one case.
fn collected(case: &Case, iterations: u64) -> io::Result<f64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(["--instructions", case.name(), "--iterations", &iterations.to_string()])
        .output()?;
    let report = String::from_utf8_lossy(&output.stderr);
    total(&report).ok_or_else(|| io::Error::other(format!("valgrind reports no total for {:?}: {report}", case.name())))
}

/// From `==4711== Collected : 123456`.
fn total(report: &str) -> Option<f64> {
    let collected = report.lines().find_map(|line| line.split_once("Collected :"))?.1;
    collected.trim().parse().ok()
}
