//! The top of the page: what it is, and where it was measured.

use super::table::Table;
use crate::bench::machine::Machine;
use crate::bench::results::Results;

const HEAD: &str = "\
<!-- Written by `cargo xtask bench`. To change it, change the benches or xtask/src/bench, and run that. -->

# What it costs

While no hook is enabled, reading an id or a value, polling a tracked future and entering a resource take no lock and allocate nothing, and a
spawn takes no lock and allocates nothing beyond tokio's. This is what most programs pay for:
";

const TERMS: &str = "\
*Off* means that no hook is enabled. *instr* are instructions per operation, counted by callgrind, the measuring loop included: they are
the same in every run, and the bars are set in them. Nanoseconds are medians on the machine below, and are to be compared with their
neighbours in the same table. *is* compares times. Everything was measured in one run of `cargo xtask bench`, in the same processes and, as
far as possible, at the same moments.

- [The bars](#the-bars) that we set ourselves, and [which are missed](#what-is-missed-and-why)
- [Where a peer is ahead](#where-a-peer-is-ahead)
- [What threads share](#what-threads-share-and-why-it-stays-flat)
- [Every case](#every-case), with what else one could use
- [How it was measured](#how-it-was-measured), and what is noise
";

/// What fits on one screen: the short answer, the usual cases, and where the rest is.
pub(super) fn written(summary: &str, results: &Results, machine: &Machine) -> String {
    let mut table = Table::new(["", "of this run"]);
    let mut row = |what: &str, is: String| table.row([what.to_owned(), is]);
    row("machine", format!("{}, {} processors", machine.processor, machine.processors));
    row("system", machine.system.clone());
    row("noise", quietness(results));
    let toolchain = &machine.toolchain;
    row(
        "compiler",
        format!("rustc {}, {}, profile `bench`: thin LTO, one codegen unit", toolchain.rustc, toolchain.target),
    );
    row("counted by", toolchain.valgrind.clone().unwrap_or_else(|| "nothing: no valgrind was there".to_owned()));
    row("Node", machine.node.clone().unwrap_or_else(|| "not there".to_owned()));
    let versions = machine.peers.iter().map(|(name, version)| format!("{name} {version}"));
    row("libraries", versions.collect::<Vec<_>>().join(", "));
    row("code", format!("{}, on {}", machine.commit, machine.date));
    format!("{HEAD}\n{summary}\n{TERMS}\n{}", table.written())
}

/// The spread of the samples of the median case: how busy the machine was meanwhile.
fn quietness(results: &Results) -> String {
    let timed = results.benches.iter().filter(|bench| bench.is_timed()).flat_map(|bench| bench.cases());
    let mut spreads: Vec<f64> =
        timed.filter_map(|case| case.cost).map(|cost| (cost.high - cost.low) / cost.median).collect();
    spreads.sort_by(f64::total_cmp);
    let Some(spread) = spreads.get(spreads.len() / 2) else { return "nothing was timed".to_owned() };
    let verdict = if *spread > QUIET { "busy with other things: trust instructions and ratios" } else { "quiet" };
    format!("half of the samples of a case lie within {:.1} % of each other; {verdict}", spread * 100.0)
}

/// Above that, somebody else was at work.
const QUIET: f64 = 0.06;
