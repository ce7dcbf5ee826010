//! What callgrind writes down of a part of a run.
//!
//! ```text
//!   summary: 123456 78            instructions, atomic read-modify-writes
//!   fn=(12) core::fmt::write      whose costs follow; later only `fn=(12)`
//!   42 7 1                        a position and its costs
//!   cfn=(13) malloc               who is called from there
//!   calls=3 0
//!   42 180                        what the callee cost, with all that it called
//! ```

use std::collections::HashMap;

/// The totals of a part.
pub(crate) struct Profile {
    pub(crate) instructions: f64,
    pub(crate) atomics: f64,
    /// Those of the instructions that were spent in the allocator.
    pub(crate) allocator: f64,
}

/// By what a program enters the C library's allocator.
const ALLOCATOR: [&str; 7] = ["malloc", "calloc", "realloc", "free", "aligned_alloc", "posix_memalign", "memalign"];

impl Profile {
    /// None where there is no summary.
    pub(crate) fn read(part: &str) -> Option<Self> {
        let summary = part.lines().find_map(|line| line.strip_prefix("summary:").or(line.strip_prefix("totals:")))?;
        let mut totals = summary.split_whitespace().map(|total| total.parse().ok());
        // A count of zero at the end is left out.
        let (instructions, atomics) = (totals.next()??, totals.next().flatten().unwrap_or(0.0));
        Some(Profile { instructions, atomics, allocator: inside_allocator(part) })
    }
}

/// The inclusive costs of all calls into the allocator that do not come from itself.
fn inside_allocator(part: &str) -> f64 {
    let mut names = HashMap::new();
    let (mut caller, mut callee) = ("", "");
    let mut lines = part.lines();
    let mut spent = 0.0;
    while let Some(line) = lines.next() {
        if let Some(function) = line.strip_prefix("fn=") {
            caller = name(function, &mut names);
        } else if let Some(function) = line.strip_prefix("cfn=") {
            callee = name(function, &mut names);
        } else if line.starts_with("calls=") {
            let cost = lines.next().and_then(|cost| cost.split_whitespace().nth(1)?.parse::<f64>().ok());
            let enters = ALLOCATOR.contains(&callee) && !ALLOCATOR.contains(&caller);
            spent += cost.filter(|_| enters).unwrap_or(0.0);
        }
    }
    spent
}

/// `(12) name` the first time, `(12)` from then on.
fn name<'a>(function: &'a str, names: &mut HashMap<&'a str, &'a str>) -> &'a str {
    let (number, told) = function.split_once(' ').unwrap_or((function, ""));
    if !told.is_empty() {
        names.insert(number, told);
    }
    names.get(number).copied().unwrap_or(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: &str = "\
events: Ir Ge
summary: 1000 7

fn=(1) spawn
10 400 7
cfn=(2) malloc
calls=2 0
10 150
cfn=(3) poll
calls=1 0
10 300

fn=(2)
20 50
cfn=(4) calloc
calls=1 0
20 100

fn=(3)
30 300
";

    #[test]
    fn what_the_allocator_calls_itself_is_counted_once() {
        let profile = Profile::read(PART).unwrap();
        assert_eq!((profile.instructions, profile.atomics, profile.allocator), (1000.0, 7.0, 150.0));
    }

    #[test]
    fn no_atomics_are_left_out_by_callgrind_and_are_none() {
        assert_eq!(Profile::read("summary: 12\n").unwrap().atomics, 0.0);
        assert!(Profile::read("events: Ir\n").is_none());
    }
}
