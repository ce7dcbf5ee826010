//! One question, its cases, and the ways to have it answered.

use std::io;
use std::process::ExitCode;

use clap::Parser;

use crate::callgrind;
use crate::case::Case;
use crate::currency::Currency;
use crate::figures::Figures;
use crate::rounds;
use crate::table;

/// What a bench asks. The first case is the baseline that the others are compared with.
#[derive(Debug)]
pub struct Question {
    title: &'static str,
    /// What its cases count by themselves; `None` where they are watched from outside.
    counts: Option<Currency>,
    cases: Vec<Case>,
}

#[derive(Parser)]
struct Options {
    /// Measures only cases whose names contain one of these words, and the baseline.
    words: Vec<String>,
    /// Names the cases, one a line.
    #[arg(long)]
    list: bool,
    /// Counts instructions, under valgrind, in place of time.
    #[arg(long)]
    callgrind: bool,
    /// Runs one case, and nothing else, for another tool to watch.
    #[arg(long, value_name = "CASE")]
    instructions: Option<String>,
    /// For how many iterations `--instructions` runs its case.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    iterations: u64,
    /// Measures. Given by `cargo bench`; without it, as by `cargo test`, each case only runs once.
    #[arg(long)]
    bench: bool,
}

impl Question {
    /// A question about time and instructions, without cases yet.
    #[must_use]
    pub fn new(title: &'static str) -> Self {
        Question { title, counts: None, cases: Vec::new() }
    }

    /// A question whose cases count by themselves, through [`Sample::count`](crate::Sample::count).
    #[must_use]
    pub fn counting(currency: Currency, title: &'static str) -> Self {
        Question { title, counts: Some(currency), cases: Vec::new() }
    }

    /// Adds a case.
    #[must_use]
    pub fn case(mut self, case: Case) -> Self {
        self.cases.push(case);
        self
    }

    /// Answers it as the command line asks.
    #[must_use]
    pub fn answer(self) -> ExitCode {
        match self.try_answer(&Options::parse()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                anstream::eprintln!("{}: {error}", self.title);
                ExitCode::FAILURE
            }
        }
    }

    fn try_answer(&self, options: &Options) -> io::Result<()> {
        let cases = self.chosen(&options.words);
        if options.list {
            self.cases.iter().for_each(|case| anstream::println!("{}", case.name()));
        } else if let Some(name) = &options.instructions {
            self.find(name)?.run(options.iterations);
        } else if options.bench {
            table::print(self.title, &cases, &self.measure(&cases, options.callgrind)?)?;
        } else {
            for case in cases {
                case.run(1);
            }
        }
        Ok(())
    }

    fn measure(&self, cases: &[&Case], callgrind: bool) -> io::Result<Figures> {
        match self.counts {
            Some(currency) => Ok(rounds::count(cases, currency)),
            None if callgrind => callgrind::measure(cases),
            None => Ok(rounds::measure(cases)),
        }
    }

    fn chosen(&self, words: &[String]) -> Vec<&Case> {
        let is_chosen = |case: &Case| words.is_empty() || words.iter().any(|word| case.name().contains(word));
        let numbered = self.cases.iter().enumerate();
        numbered.filter(|(number, case)| *number == 0 || is_chosen(case)).map(|(_, case)| case).collect()
    }

    fn find(&self, name: &str) -> io::Result<&Case> {
        let found = self.cases.iter().find(|case| case.name() == name);
        found.ok_or_else(|| io::Error::other(format!("no case is named {name:?}")))
    }
}
