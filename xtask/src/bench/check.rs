//! What was counted now, beside what was counted then, and beside the bars.

use std::fmt;

use super::answer::Side;
use super::committed::Committed;
use super::machine::{Machine, Toolchain};
use super::missed::Missed;
use super::number;
use super::results::Results;

/// The factor by which an operation may be worse than committed.
const TOLERANCE: f64 = 1.05;

/// Added to that, for operations of a few instructions.
const FRACTION: f64 = 0.5;

#[derive(Default)]
pub(super) struct Findings {
    notes: Vec<String>,
    complaints: Vec<String>,
    compared: usize,
    judged: usize,
}

pub(super) fn compare(results: &Results, committed: &Committed, missed: &Missed, machine: &Machine) -> Findings {
    let mut findings = Findings::default();
    match comparable(&committed.toolchain, &machine.toolchain) {
        Scope::Nothing(why) => findings.notes.push(why),
        Scope::Bars(why) => {
            findings.notes.push(why);
            findings.tell(results, missed);
        }
        Scope::All => {
            findings.judge(results, missed);
            findings.compare(results, committed);
        }
    }
    findings
}

/// How much of what was counted elsewhere means something here.
enum Scope {
    All,
    /// As a hint: nobody has looked at them with these tools.
    Bars(String),
    Nothing(String),
}

/// How much of the committed counts can be compared on this machine.
///
/// Another architecture has other instructions; another compiler or C library makes others of the same kind. The lock
/// file is not compared: a change of a dependency changes the costs, and is measured again.
fn comparable(then: &Toolchain, now: &Toolchain) -> Scope {
    if then.target != now.target {
        return Scope::Nothing(format!("counted on {}, and this is {}: nothing is compared", then.target, now.target));
    }
    let differs = |what: &str, then: &str, now: &str| {
        (then != now).then(|| format!("counted with {what} {then}, and this is {now}"))
    };
    // Where one of both is not known, nothing speaks against it.
    let may_differ =
        |what, then: &Option<String>, now: &Option<String>| differs(what, then.as_deref()?, now.as_deref()?);
    let why = differs("rustc", &then.rustc, &now.rustc)
        .or_else(|| may_differ("the C library", &then.libc, &now.libc))
        .or_else(|| may_differ("a processor that has", &then.vectors, &now.vectors));
    why.map_or(Scope::All, |why| Scope::Bars(format!("{why}: the counts are not comparable, and nothing fails")))
}

impl Findings {
    pub(super) fn are_fine(&self) -> bool {
        self.complaints.is_empty()
    }

    /// Bars that would be missed, if this were the compiler that they were chosen with.
    fn tell(&mut self, results: &Results, missed: &Missed) {
        self.judged = judged(results);
        self.notes.extend(missed.unlisted(results));
    }

    fn judge(&mut self, results: &Results, missed: &Missed) {
        self.judged = judged(results);
        self.complaints.extend(missed.unlisted(results));
        let met =
            missed.met(results).into_iter().map(|met| format!("met now, so take it off benches/missed.toml: {met}"));
        self.notes.extend(met);
    }

    fn compare(&mut self, results: &Results, committed: &Committed) {
        let cases = results.benches.iter().flat_map(|bench| bench.cases().map(move |case| (bench, case)));
        for (bench, case) in cases.filter(|(_, case)| case.side == Side::Ours) {
            let Some(now) = case.instructions.map(|cost| cost.outside_allocator()) else { continue };
            let what = format!("{}: {}", bench.name, case.name);
            match committed.count(&bench.name, &case.name) {
                None => {
                    self.complaints.push(format!("{what} is not in benches/instructions.json; run `cargo xtask bench`"))
                }
                Some(then) if now <= then * TOLERANCE + FRACTION => self.compared += 1,
                Some(then) => {
                    let (now, then) = (number::whole(now), number::whole(then));
                    self.complaints.push(format!("{what}: {now} instructions, where there were {then}"));
                }
            }
        }
    }
}

fn judged(results: &Results) -> usize {
    results.bars().filter(|(.., bar)| bar.measured.is_some()).count()
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.notes.iter().try_for_each(|note| writeln!(f, "note: {note}"))?;
        self.complaints.iter().try_for_each(|complaint| writeln!(f, "✗ {complaint}"))?;
        let (judged, compared) = (self.judged, self.compared);
        writeln!(f, "{judged} bars, {compared} counts as committed, complaints: {}", self.complaints.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::answer::{Answer, BarAnswer, CaseAnswer, Cost, Currency, Group};
    use crate::bench::results::BenchResult;

    #[test]
    fn what_is_five_percent_worse_passes_and_what_is_more_does_not() {
        for (now, is_fine) in [(100.0, true), (105.0, true), (106.0, false), (1.0, true)] {
            let findings = compare(&counted(now, 200.0), &committed(100.0, "1.95.0"), &Missed::default(), &machine());
            assert_eq!(findings.are_fine(), is_fine, "{now}: {findings}");
        }
    }

    #[test]
    fn with_another_compiler_bars_are_reported_and_nothing_fails() {
        let other = committed(100.0, "1.85.0");
        let findings = compare(&counted(150.0, 200.0), &other, &Missed::default(), &machine());
        assert!(findings.are_fine() && findings.to_string().contains("rustc 1.85.0"), "{findings}");
        assert!(!findings.to_string().contains("misses"), "{findings}");
        let findings = compare(&counted(250.0, 200.0), &other, &Missed::default(), &machine());
        assert!(findings.are_fine() && findings.to_string().contains("note: poll: off: 250 misses"), "{findings}");
    }

    #[test]
    fn another_c_library_or_processor_is_as_another_compiler() {
        for change in [
            |toolchain: &mut Toolchain| toolchain.libc = Some("glibc 2.41".to_owned()),
            |toolchain: &mut Toolchain| toolchain.vectors = Some("sse".to_owned()),
        ] {
            let mut other = committed(100.0, "1.95.0");
            change(&mut other.toolchain);
            let findings = compare(&counted(150.0, 200.0), &other, &Missed::default(), &machine());
            assert!(findings.are_fine() && findings.to_string().contains("not comparable"), "{findings}");
        }
    }

    #[test]
    fn what_nobody_has_noted_speaks_against_nothing() {
        let mut other = committed(100.0, "1.95.0");
        (other.toolchain.libc, other.toolchain.vectors) = (None, None);
        assert!(!compare(&counted(150.0, 200.0), &other, &Missed::default(), &machine()).are_fine());
    }

    #[test]
    fn another_tokio_excuses_nothing() {
        let mut other = committed(100.0, "1.95.0");
        other.toolchain.tokio = "1.51.0".to_owned();
        assert!(!compare(&counted(150.0, 200.0), &other, &Missed::default(), &machine()).are_fine());
    }

    #[test]
    fn on_another_processor_nothing_counts_and_it_says_so() {
        let mut other = committed(100.0, "1.95.0");
        other.toolchain.target = "aarch64-unknown-linux-gnu".to_owned();
        let findings = compare(&counted(500.0, 200.0), &other, &Missed::default(), &machine());
        assert!(findings.are_fine() && findings.to_string().contains("nothing is compared"));
    }

    #[test]
    fn a_case_that_was_never_counted_is_complained_about() {
        let mut none = committed(100.0, "1.95.0");
        none.instructions.clear();
        assert!(!compare(&counted(1.0, 200.0), &none, &Missed::default(), &machine()).are_fine());
    }

    fn counted(median: f64, at_most: f64) -> Results {
        let bar = BarAnswer { text: "≤".to_owned(), at_most, measured: Some(median), is_exact: true };
        let cost = Some(Cost { median, low: median, high: median, beside: None });
        let (name, side) = ("off".to_owned(), Side::Ours);
        let case = CaseAnswer { name, side, point: None, cost, ratios: [].into(), bars: vec![bar] };
        let group = Group { title: String::new(), axis: None, cases: vec![case] };
        let answer = Answer { title: "?".to_owned(), currency: Currency::Instructions, groups: vec![group] };
        Results { benches: vec![BenchResult::new("poll", answer)] }
    }

    fn committed(count: f64, rustc: &str) -> Committed {
        let cases = [("off".to_owned(), count)].into();
        Committed { toolchain: toolchain(rustc), instructions: [("poll".to_owned(), cases)].into() }
    }

    fn toolchain(rustc: &str) -> Toolchain {
        let target = "x86_64-unknown-linux-gnu".to_owned();
        let (libc, vectors) = (Some("glibc 2.36".to_owned()), Some("avx2".to_owned()));
        Toolchain { rustc: rustc.to_owned(), target, tokio: "1.54.1".to_owned(), valgrind: None, libc, vectors }
    }

    fn machine() -> Machine {
        Machine {
            toolchain: toolchain("1.95.0"),
            processor: String::new(),
            processors: 2,
            system: String::new(),
            node: None,
            commit: String::new(),
            date: String::new(),
            peers: Vec::new(),
        }
    }
}
