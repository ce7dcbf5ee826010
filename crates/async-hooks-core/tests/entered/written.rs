//! How a program is written in one line, one word a step, and read again.
//!
//! ```text
//!   s0 run(A=4){ g0(B=5) /s0 } /g0; s0 has A=1 B=2
//! ```
//!
//! Behind the steps stands what the setup has of what they name.

use std::fmt;
use std::sync::Arc;

use crate::program::{Program, Scope, Setup, Step};
use crate::shown::{Local, NO_VALUES, Values};

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Step::Enter(n) => write!(f, "s{n}"),
            Step::Leave(n) => write!(f, "/s{n}"),
            Step::LeaveResource(n) => write!(f, "/resource-s{n}"),
            Step::End(n) => write!(f, "end-s{n}"),
            Step::LayerGoes => f.write_str("layer-goes"),
            Step::Open(scope) => write!(f, "{scope}{{"),
            Step::Close => f.write_str("}"),
            Step::Done => f.write_str("done}"),
            Step::Unwind(None) => f.write_str("panic}"),
            Step::Unwind(Some(n)) => write!(f, "panic/s{n}}}"),
            Step::Guard(place, local, number) => write!(f, "g{place}({local:?}={number})"),
            Step::Drop(place) => write!(f, "/g{place}"),
            Step::Stay(local, number) => write!(f, "{local:?}={number}"),
            Step::Make(n) => write!(f, "new-s{n}"),
            Step::Snapshot(n) => write!(f, "take-snapshot{n}"),
            Step::Spawn(n) => write!(f, "spawn{n}"),
            Step::EnterElsewhere(n) => write!(f, "elsewhere-s{n}"),
            Step::LeaveElsewhere(n) => write!(f, "elsewhere/s{n}"),
            Step::StayElsewhere(local, number) => write!(f, "elsewhere-{local:?}={number}"),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Scope::Resource(n) => write!(f, "resource{n}"),
            Scope::Run(local, number) => write!(f, "run({local:?}={number})"),
            Scope::Snapshot(n) => write!(f, "snapshot{n}"),
            Scope::LocalFuture(n) => write!(f, "local-future{n}"),
            Scope::Tracked(n) => write!(f, "tracked{n}"),
            Scope::Automatic(n) => write!(f, "automatic{n}"),
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps: Vec<_> = self.steps.iter().map(Step::to_string).collect();
        f.write_str(&steps.join(" "))?;
        let names = |name: &str| steps.iter().any(|step| step.contains(name));
        let Setup { resources, snapshots, local_futures, tracked, automatic } = &*self.setup;
        for (n, values) in resources.iter().enumerate() {
            if names(&format!("s{n}")) || names(&format!("resource{n}")) {
                write!(f, "; s{n} has{}", written(*values))?;
            }
        }
        for (kind, all) in [("snapshot", snapshots), ("tracked", tracked), ("automatic", automatic)] {
            for (n, values) in all.iter().enumerate().filter(|(n, _)| names(&format!("{kind}{n}"))) {
                write!(f, "; {kind}{n} has{}", written(*values))?;
            }
        }
        for (n, (local, number)) in local_futures.iter().enumerate() {
            if names(&format!("local-future{n}")) {
                write!(f, "; local-future{n} has {local:?}={number}")?;
            }
        }
        Ok(())
    }
}

fn written(values: Values) -> String {
    let [a, b] = values;
    let a = a.map_or(String::new(), |number| format!(" A={number}"));
    let b = b.map_or(String::new(), |number| format!(" B={number}"));
    a + &b
}

/// Panics if it is no program.
pub(crate) fn read(line: &str) -> Program {
    let (steps, setup) = line.split_once(';').unwrap_or((line, ""));
    let steps = steps.split_whitespace().map(|word| step(word).unwrap_or_else(|| panic!("{word} is no step")));
    let mut read = Setup {
        resources: vec![NO_VALUES; 4],
        snapshots: vec![NO_VALUES; 2],
        local_futures: vec![(Local::A, 98), (Local::B, 99)],
        tracked: vec![NO_VALUES; 2],
        automatic: vec![NO_VALUES; 2],
    };
    for clause in setup.split(';').filter(|clause| !clause.trim().is_empty()) {
        read_clause(&mut read, clause).unwrap_or_else(|| panic!("{clause} is no part of a setup"));
    }
    Program { setup: Arc::new(read), steps: steps.collect() }
}

fn read_clause(setup: &mut Setup, clause: &str) -> Option<()> {
    let (name, has) = clause.trim().split_once(" has")?;
    let set: Vec<_> = has.split_whitespace().map(assignment).collect::<Option<_>>()?;
    let mut values = NO_VALUES;
    set.iter().for_each(|(local, number)| values[*local as usize] = Some(*number));
    if let Some(n) = numbered(name, "local-future") {
        setup.local_futures[n] = *set.first()?;
        return Some(());
    }
    let Setup { resources, snapshots, tracked, automatic, .. } = setup;
    let kinds = [("snapshot", snapshots), ("tracked", tracked), ("automatic", automatic), ("s", resources)];
    let (n, all) = kinds.into_iter().find_map(|(kind, all)| Some((numbered(name, kind)?, all)))?;
    all[n] = values;
    Some(())
}

fn numbered(word: &str, name: &str) -> Option<usize> {
    word.strip_prefix(name)?.parse().ok()
}

fn assignment(word: &str) -> Option<(Local, u32)> {
    let (local, number) = word.split_once('=')?;
    let local = [Local::A, Local::B].into_iter().find(|known| format!("{known:?}") == local)?;
    Some((local, number.parse().ok()?))
}

fn step(word: &str) -> Option<Step> {
    let with = |name: &str, step: fn(usize) -> Step| numbered(word, name).map(step);
    let known = match word {
        "}" => return Some(Step::Close),
        "done}" => return Some(Step::Done),
        "panic}" => return Some(Step::Unwind(None)),
        "layer-goes" => return Some(Step::LayerGoes),
        _ => with("s", Step::Enter)
            .or_else(|| with("/s", Step::Leave))
            .or_else(|| with("/resource-s", Step::LeaveResource))
            .or_else(|| with("end-s", Step::End))
            .or_else(|| with("/g", Step::Drop))
            .or_else(|| with("new-s", Step::Make))
            .or_else(|| with("take-snapshot", Step::Snapshot))
            .or_else(|| with("spawn", Step::Spawn))
            .or_else(|| with("elsewhere-s", Step::EnterElsewhere))
            .or_else(|| with("elsewhere/s", Step::LeaveElsewhere)),
    };
    let stay = |word: &str| assignment(word).map(|(local, number)| Step::Stay(local, number));
    known
        .or_else(|| scope(word.strip_suffix('{')?).map(Step::Open))
        .or_else(|| stay(word))
        .or_else(|| longer_step(word))
}

fn longer_step(word: &str) -> Option<Step> {
    if let Some(unwound) = word.strip_suffix('}') {
        return numbered(unwound, "panic/s").map(|n| Step::Unwind(Some(n)));
    }
    if let Some(set) = word.strip_prefix("elsewhere-") {
        return assignment(set).map(|(local, number)| Step::StayElsewhere(local, number));
    }
    let (place, set) = word.strip_suffix(')')?.strip_prefix('g')?.split_once('(')?;
    let (local, number) = assignment(set)?;
    Some(Step::Guard(place.parse().ok()?, local, number))
}

fn scope(word: &str) -> Option<Scope> {
    let with = |name: &str, scope: fn(usize) -> Scope| numbered(word, name).map(scope);
    let run = || assignment(word.strip_prefix("run(")?.strip_suffix(')')?);
    with("resource", Scope::Resource)
        .or_else(|| with("snapshot", Scope::Snapshot))
        .or_else(|| with("local-future", Scope::LocalFuture))
        .or_else(|| with("tracked", Scope::Tracked))
        .or_else(|| with("automatic", Scope::Automatic))
        .or_else(|| run().map(|(local, number)| Scope::Run(local, number)))
}

#[test]
fn a_program_that_was_written_is_read_again() {
    let line = "s0 /s0 /resource-s1 end-s2 layer-goes resource3{ run(A=4){ snapshot0{ local-future1{ tracked0{ automatic1{ } \
                done} panic} panic/s1} g0(B=5) /g0 A=6 new-s1 take-snapshot0 spawn1 elsewhere-s0 elsewhere/s0 elsewhere-B=7; \
                s0 has A=1 B=2; s1 has A=3; s2 has; s3 has B=4; snapshot0 has A=8; tracked0 has B=9; automatic1 has; \
                local-future1 has B=10";
    assert_eq!(read(line).to_string(), line);
}
