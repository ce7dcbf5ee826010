//! `async-hooks slowest`: the longest lives.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::io::Write;
use std::process::ExitCode;

use async_hooks_recorder::{Lifetime, Recording};

use crate::answer::Format;
use crate::answer::life::Life;
use crate::failure::Failure;
use crate::source::Source;

#[derive(clap::Args)]
pub(crate) struct SlowestOptions {
    /// The recording; `-` is the standard input
    #[arg(value_name = "FILE", value_parser = Source::parser())]
    source: Source,
    /// Only resources of this kind, such as `http::request`
    #[arg(long)]
    kind: Option<String>,
    /// How many, at most
    #[arg(short = 'n', long = "number", value_name = "N", default_value_t = 10)]
    number: usize,
}

/// The number of kinds that are listed where the one that was asked for is missing.
const SHOWN: usize = 20;

impl SlowestOptions {
    pub(crate) fn run(&self, format: Format) -> Result<ExitCode, Failure> {
        let recording = self.source.open()?;
        let lives = self.slowest(&recording);
        if lives.is_empty() && self.number > 0 {
            self.explain(&recording)?;
        }
        let json = || Vec::from_iter(lives.iter().map(|life| Life::of(&recording, life)));
        format.print(Table { recording: &recording, lives: &lives }, json)?;
        Ok(ExitCode::SUCCESS)
    }

    fn slowest<'a>(&self, recording: &'a Recording) -> Vec<&'a Lifetime> {
        if let Some(kind) = &self.kind {
            return recording.slowest(kind, self.number);
        }
        let mut lives = Vec::new();
        for kind in kinds(recording) {
            lives.extend(recording.slowest(kind, self.number));
        }
        lives.sort_by_key(|life| (Reverse(recording.range_of(life).duration()), life.async_id()));
        lives.truncate(self.number);
        lives
    }

    /// Says what there is instead of the kind that was asked for.
    fn explain(&self, recording: &Recording) -> Result<(), Failure> {
        let kinds = Vec::from_iter(kinds(recording).into_iter().take(SHOWN).map(|kind| format!("{kind:?}")));
        let mut out = anstream::stderr();
        match self.kind.as_deref().filter(|_| !kinds.is_empty()) {
            None => writeln!(out, "the recording is empty")?,
            Some(kind) => writeln!(out, "no resource is of the kind {kind:?}; there are: {}", kinds.join(", "))?,
        }
        Ok(())
    }
}

fn kinds(recording: &Recording) -> BTreeSet<&str> {
    recording.lifetimes().map(Lifetime::kind).collect()
}

struct Table<'a> {
    recording: &'a Recording,
    lives: &'a [&'a Lifetime],
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.lives.is_empty() {
            writeln!(f, "{:>10}  {:>10}  {:>8}", "life", "busy", "polls")?;
        }
        for life in self.lives {
            let (whole, busy) = (self.recording.range_of(life).duration(), life.busy());
            writeln!(f, "{whole:>10.1?}  {busy:>10.1?}  {:>8}  {life}", life.polls().len())?;
        }
        Ok(())
    }
}
