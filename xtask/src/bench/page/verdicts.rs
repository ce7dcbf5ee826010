//! Every bar: whether it is met, by how much, and what peers need for the same.

use super::capital;
use super::table::Table;
use crate::bench::answer::{BarAnswer, Currency, Side};
use crate::bench::missed::Missed;
use crate::bench::number;
use crate::bench::results::{BenchResult, CaseResult, GroupResult, Results};

pub(super) fn written(results: &Results, missed: &Missed) -> String {
    let measured = || results.bars().filter(|(.., bar)| bar.measured.is_some());
    let (all, met) = (measured().count(), measured().filter(|(.., bar)| bar.is_met() == Some(true)).count());
    let bars = bars(results, missed);
    let misses = misses(results, missed);
    format!("## The bars\n\n{met} of {all} are met.\n\n{bars}{misses}\n## Where a peer is ahead\n\n{}", ahead(results))
}

/// One row for each bar.
pub(in crate::bench) fn bars(results: &Results, missed: &Missed) -> String {
    let mut table = Table::new(["what", "bar", "ours", "", "peers, for the same"]);
    for bench in &results.benches {
        for group in &bench.groups {
            for case in &group.cases {
                case.bars.iter().for_each(|bar| table.row(row(bench, group, case, bar, missed)));
            }
        }
    }
    table.written()
}

fn row(bench: &BenchResult, group: &GroupResult, case: &CaseResult, bar: &BarAnswer, missed: &Missed) -> [String; 5] {
    let verdict = match (bar.is_met(), missed.find(&bench.name, &case.name, bar)) {
        (None, _) => "not measured",
        (Some(true), _) => "✓",
        (Some(false), Some(_)) => "✗, known",
        (Some(false), None) => "✗",
    };
    let what = format!("{}: **{}**", bench.name, case.name);
    [what, bar.text.clone(), measured(bench, bar), verdict.to_owned(), peers(bench, group, bar)]
}

fn measured(bench: &BenchResult, bar: &BarAnswer) -> String {
    let Some(measured) = bar.measured else { return String::new() };
    match bench.currency {
        _ if bar.text.contains('×') => format!("{measured:.3} ×"),
        Currency::Growth => number::bytes(measured),
        _ => number::whole(measured),
    }
}

/// In the currency of the bar.
fn peers(bench: &BenchResult, group: &GroupResult, bar: &BarAnswer) -> String {
    let cost = |case: &CaseResult| match bar.is_exact && bench.is_timed() {
        true => Some(number::whole(case.instructions?.median)),
        false => Some(format!("{} {}", number::short(case.cost?.median), short_unit(bench.currency))),
    };
    let peers = group.peers().filter_map(|peer| Some(format!("{} {}", peer.name, cost(peer)?)));
    peers.collect::<Vec<_>>().join("; ")
}

fn short_unit(currency: Currency) -> &'static str {
    currency.unit().split('/').next().unwrap_or_default()
}

/// The bars that are missed, with what is in the way.
fn misses(results: &Results, missed: &Missed) -> String {
    let mut lines = String::new();
    for (bench, case, bar) in results.bars().filter(|(.., bar)| bar.is_met() == Some(false)) {
        let why = missed.find(&bench.name, &case.name, bar).map_or("not looked into yet", |miss| &miss.why);
        let (name, ours) = (format!("{}: {}", bench.name, case.name), measured(bench, bar));
        lines += &format!("- **{name}**: {ours}, where the bar is {}. {}\n", bar.text, capital(why));
    }
    if lines.is_empty() { lines } else { format!("\n## What is missed, and why\n\n{lines}") }
}

/// For each group, the peers that need less than the first of ours does.
fn ahead(results: &Results) -> String {
    let groups = results.benches.iter().flat_map(|bench| bench.groups.iter().map(move |group| (bench, group)));
    let lines: String = groups.filter_map(|(bench, group)| ahead_in(bench, group)).collect();
    if lines.is_empty() { "Nowhere in this run.\n".to_owned() } else { lines }
}

fn ahead_in(bench: &BenchResult, group: &GroupResult) -> Option<String> {
    let ours = group.cases.iter().find(|case| case.side == Side::Ours && case.is_measured())?;
    let title = if group.title.is_empty() { &bench.title } else { &group.title };
    let by_count = |peer: &CaseResult| Some((peer.instructions?.median, ours.instructions?.median, "instr"));
    let by_time = |peer: &CaseResult| Some((peer.cost?.median, ours.cost?.median, short_unit(bench.currency)));
    let ahead = group.peers().filter_map(|peer| {
        let (theirs, ours, unit) = by_count(peer).or_else(|| by_time(peer))?;
        (theirs < ours)
            .then(|| format!("{} needs {} {unit} to our {}", peer.name, number::short(theirs), number::short(ours)))
    });
    let ahead: Vec<String> = ahead.collect();
    (!ahead.is_empty()).then(|| format!("- {} ({}): {}.\n", capital(title), ours.name, ahead.join("; ")))
}
