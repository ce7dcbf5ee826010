//! Time: the cases take turns in short samples. Bytes and allocations, which do not vary, are counted in one.

use crate::case::Case;
use crate::currency::Currency;
use crate::figures::{Figure, Figures};

/// How many nanoseconds a sample takes: short enough that many rounds fit, long enough that the clock does not count.
const SAMPLE: f64 = 1e6;

const ROUNDS: usize = 201;

/// What is counted is counted over so many operations.
const COUNTED: u64 = 10_000;

/// Measures all cases, round by round.
pub(crate) fn measure(cases: &[&Case]) -> Figures {
    let iterations: Vec<u64> = cases.iter().map(|case| calibrate(case)).collect();
    let mut figures: Vec<Figure> = cases.iter().map(|case| Figure { name: case.name(), samples: Vec::new() }).collect();
    for _ in 0..ROUNDS {
        for ((case, iterations), figure) in cases.iter().zip(&iterations).zip(&mut figures) {
            figure.samples.push(case.run(*iterations).nanoseconds_per_iteration());
        }
    }
    Figures { currency: Currency::Time, figures }
}

/// How many iterations fill a sample; warms up on the way.
fn calibrate(case: &Case) -> u64 {
    let mut iterations = 16;
    loop {
        let nanoseconds = case.run(iterations).nanoseconds_per_iteration();
        if nanoseconds * iterations as f64 >= SAMPLE / 4.0 {
            return (SAMPLE / nanoseconds).ceil() as u64;
        }
        iterations *= 2;
    }
}

/// Counts, in the currency that the cases count in.
pub(crate) fn count(cases: &[&Case], currency: Currency) -> Figures {
    let counted = |case: &&Case| Figure { name: case.name(), samples: vec![case.run(COUNTED).counted_per_iteration()] };
    Figures { currency, figures: cases.iter().map(counted).collect() }
}
