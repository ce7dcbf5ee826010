//! A collector is killed, stalled and started again, while a service exports to it.
//!
//! The question is whether that makes the service slower. A living collector and the threads that export to it would be rivals
//! of the service for the same processors: each side has one of its own here. Where the times differ too much, it says that it
//! cannot tell.

use std::collections::BTreeSet;

use crate::Failure;
use crate::busy::Account;
use crate::change::Change;
use crate::cores;
use crate::facts::Facts;
use crate::outage_rounds::{ROLES, Rounds};
use crate::python;
use crate::rotel;
use crate::round::{LIVING, OFF, OUTAGE, Round};
use crate::verdict::Finding;

/// The usual number of rounds for each kind of outage; `OUTAGE_ROUNDS` is another.
const ROUNDS: usize = 60;

/// How much longer the time may be that 99 of 100 answers do not reach, in percent.
const LIMIT: f64 = 2.0;

pub(crate) async fn prove() -> Result<Finding, Failure> {
    let Some(agent) = rotel::agent()? else { return Ok(Finding::Skipped(python::is_missing("rotel"))) };
    if !cores::are_there() {
        return Ok(Finding::Skipped("it needs two processors and taskset".to_owned()));
    }
    let count = std::env::var("OUTAGE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);
    let mut all = [Vec::new(), Vec::new()];
    let mut rounds = Rounds::start(&agent).await?;
    for (of_kind, is_stall) in all.iter_mut().zip([false, true]) {
        for number in 0..count {
            of_kind.push(rounds.round(is_stall, ROLES[number % ROLES.len()]).await?);
        }
    }
    let (mut facts, mut texts, mut is_clear) = (Facts::default(), Vec::new(), true);
    let of_export = BTreeSet::from([cores::EXPORT.to_owned()]);
    facts.equal("processors of the threads that export", "all", &of_export, &rounds.processors_of_export()?);
    let Account { made, exported, dropped } = rounds.end().await?;
    for (outage, all) in ["killed", "stalled"].into_iter().zip(&all) {
        let change = Change::of(all.iter().map(|round| [round[LIVING].p99, round[OUTAGE].p99]));
        match change.is_at_most(LIMIT) {
            Some(is_within) => {
                facts.equal(&format!("p99 {change}: at most {LIMIT} % in the median"), outage, &true, &is_within);
            }
            None => is_clear = false,
        }
        texts.push(format!("{outage}: p99 {change} against a collector that lives; {}", beside(all)));
    }
    facts.equal("spans that were exported or counted as dropped", "all", &made, &(exported + dropped));
    facts.equal("something was exported, something dropped", "spans", &(true, true), &(exported > 0, dropped > 0));
    let text = format!("{}; {made} spans, {exported} exported, {dropped} dropped", texts.join("; "));
    Ok(match facts.finding(&text) {
        Finding::Proven(text) if !is_clear => Finding::Unclear(text),
        finding => finding,
    })
}

/// What exporting as such costs, and how busy its threads are.
fn beside(all: &[Round]) -> String {
    let against_off = |slice: usize| Change::of(all.iter().map(|round| [round[OFF].p99, round[slice].p99]));
    let share = |slice: usize| all.iter().map(|round| round[slice].exporting).sum::<f64>() / all.len() as f64 * 100.0;
    let mut off = Vec::from_iter(all.iter().map(|round| round[OFF].p99 * 1e6));
    off.sort_by(f64::total_cmp);
    let off = off.get(off.len() / 2).copied().unwrap_or(f64::NAN);
    let (living, outage) = (against_off(LIVING), against_off(OUTAGE));
    let (with, without) = (share(LIVING), share(OUTAGE));
    format!(
        "against no export, which takes {off:.0} µs, {living} with one that lives, {outage} meanwhile; exporting threads {with:.1} % and {without:.1} % of a processor"
    )
}
