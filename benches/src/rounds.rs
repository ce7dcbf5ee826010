//! Time: the cases take turns in short samples.
//!
//! Bytes and allocations, which do not vary, are counted in one.

use std::io;
use std::process::Command;

use crate::answer::Currency;
use crate::case::Case;
use crate::figures::{Figure, Figures};

/// The length of a sample, in nanoseconds.
///
/// Short enough that many rounds fit, long enough that reading the clock does not matter.
const SAMPLE: f64 = 1e6;

const ROUNDS: usize = 201;

/// Operations over which bytes and allocations are counted.
const COUNTED: u64 = 10_000;

/// Measures all cases, round by round.
pub(crate) fn measure(cases: &[&Case]) -> Figures {
    let cases: Vec<&&Case> = cases.iter().filter(|case| case.is_timed()).collect();
    let iterations: Vec<u64> = cases.iter().map(|case| calibrate(case)).collect();
    let mut figures: Vec<Figure> = cases.iter().map(|case| figure(case, Vec::new())).collect();
    for _ in 0..ROUNDS {
        for ((case, iterations), figure) in cases.iter().zip(&iterations).zip(&mut figures) {
            figure.samples.push(case.run(*iterations).nanoseconds_per_iteration());
        }
    }
    Figures { currency: Currency::Time, figures }
}

/// No operation takes so little that more of them would fit.
const MOST: u64 = 1 << 24;

/// How many iterations fill a sample; warms up on the way.
fn calibrate(case: &Case) -> u64 {
    let mut iterations = 16;
    let is_enough = |nanoseconds: f64, iterations| nanoseconds * iterations as f64 >= SAMPLE / 4.0;
    loop {
        let nanoseconds = case.run(iterations).nanoseconds_per_iteration();
        if is_enough(nanoseconds, iterations) {
            // Or something else ran in between, for a moment. All samples would be too short, and mostly of what is cold at first.
            let nanoseconds = quickest(case, iterations).min(nanoseconds);
            if is_enough(nanoseconds, iterations) {
                return (SAMPLE / nanoseconds).ceil() as u64;
            }
        }
        if iterations >= MOST {
            return iterations;
        }
        iterations *= 2;
    }
}

fn quickest(case: &Case, iterations: u64) -> f64 {
    (0..4).map(|_| case.run(iterations).nanoseconds_per_iteration()).fold(f64::MAX, f64::min)
}

/// Counts, in the currency that the cases count in.
///
/// # Errors
///
/// If a case that wants a process of its own does not get one.
pub(crate) fn count(question: &str, cases: &[&Case], currency: Currency) -> io::Result<Figures> {
    let count = |case: &&Case| match currency {
        Currency::Growth => Ok(figure(case, vec![counted_alone(question, case)?])),
        _ => Ok(figure(case, vec![case.run(COUNTED).counted_per_iteration()])),
    };
    Ok(Figures { currency, figures: cases.iter().map(count).collect::<io::Result<_>>()? })
}

fn figure(case: &Case, samples: Vec<f64>) -> Figure {
    Figure { name: case.name(), samples, beside: None }
}

/// Counts in a process of its own.
///
/// Otherwise a case could use again what another one left behind, and seem to need less.
fn counted_alone(question: &str, case: &Case) -> io::Result<f64> {
    let output = Command::new(std::env::current_exe()?).args([question, "--instructions", case.name()]).output()?;
    let counted = String::from_utf8_lossy(&output.stdout);
    let failed = || io::Error::other(format!("{:?} failed: {}", case.name(), String::from_utf8_lossy(&output.stderr)));
    counted.trim().parse().map_err(|_| failed())
}
