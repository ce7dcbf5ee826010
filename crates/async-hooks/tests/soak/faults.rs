//! What was found, from all threads.

use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};

static FAULTS: Mutex<Vec<String>> = Mutex::new(Vec::new());
const MOST: usize = 50;

/// Notes a fault; the first ones are enough.
pub(crate) fn add(fault: impl Into<String>) {
    let mut faults = faults();
    if faults.len() < MOST {
        faults.push(fault.into());
    }
}

pub(crate) fn check(holds: bool, fault: impl FnOnce() -> String) {
    if !holds {
        add(fault());
    }
}

pub(crate) fn any() -> bool {
    !faults().is_empty()
}

/// Ends the process with a failure if there are any.
#[allow(clippy::print_stderr, reason = "what failed is for the reader")]
pub(crate) fn report() {
    let faults = faults();
    faults.iter().for_each(|fault| eprintln!("FAULT: {fault}"));
    if !faults.is_empty() {
        process::exit(1);
    }
}

fn faults() -> MutexGuard<'static, Vec<String>> {
    FAULTS.lock().unwrap_or_else(PoisonError::into_inner)
}
