//! One question, its cases, and the ways to have it answered.

use std::io;

use crate::answer::{Answer, CaseAnswer, Currency, Group, Side};
use crate::callgrind;
use crate::case::Case;
use crate::figures::Figures;
use crate::options::Options;
use crate::rounds;
use crate::table;

/// What a bench asks.
///
/// In each group, the first case is the baseline that the others are compared with.
#[derive(Debug)]
pub struct Question {
    title: &'static str,
    /// What its cases count by themselves; `None` where they are watched from outside.
    counts: Option<Currency>,
    groups: Vec<Cases>,
}

#[derive(Debug)]
struct Cases {
    title: &'static str,
    axis: Option<&'static str>,
    cases: Vec<Case>,
}

impl Question {
    /// A question about time and instructions, without cases yet.
    #[must_use]
    pub fn new(title: &'static str) -> Self {
        Question { title, counts: None, groups: Vec::new() }
    }

    /// A question whose cases count by themselves.
    ///
    /// They use [`Sample::count`](crate::Sample::count).
    #[must_use]
    pub fn counting(currency: Currency, title: &'static str) -> Self {
        Question { counts: Some(currency), ..Question::new(title) }
    }

    /// The cases added from here on do comparable work.
    #[must_use]
    pub fn group(self, title: &'static str) -> Self {
        self.grouped(title, None)
    }

    /// Makes the cases added from here on points of curves, over the number of `axis`.
    #[must_use]
    pub fn curves(self, title: &'static str, axis: &'static str) -> Self {
        self.grouped(title, Some(axis))
    }

    fn grouped(mut self, title: &'static str, axis: Option<&'static str>) -> Self {
        self.groups.push(Cases { title, axis, cases: Vec::new() });
        self
    }

    /// Adds a case, to the last group.
    #[must_use]
    pub fn case(mut self, case: Case) -> Self {
        match self.groups.last_mut() {
            Some(group) => group.cases.push(case),
            None => return self.group("").case(case),
        }
        self
    }

    /// Adds several.
    #[must_use]
    pub fn cases(self, cases: impl IntoIterator<Item = Case>) -> Self {
        cases.into_iter().fold(self, Question::case)
    }

    /// Answers it as the command line asks.
    ///
    /// # Errors
    ///
    /// If it cannot be measured, or the answer not be written.
    pub(crate) fn answered(&self, name: &str, options: &Options) -> io::Result<()> {
        if let Some(case) = &options.instructions {
            return self.be_watched(case, options.iterations.unwrap_or(10_000));
        }
        let cases = self.chosen(options);
        if options.list {
            cases.iter().for_each(|case| anstream::println!("{}", case.name()));
        } else if options.bench || options.json {
            let answer = self.answer(&self.measure(name, &cases, options.callgrind)?);
            match options.json {
                true => anstream::println!("{}", serde_json::to_string(&answer)?),
                false => table::print(&answer)?,
            }
        } else {
            for case in cases {
                case.run(1);
            }
        }
        Ok(())
    }

    fn be_watched(&self, name: &str, iterations: u64) -> io::Result<()> {
        let case = self.cases_of_all_groups().find(|case| case.name() == name);
        let case = case.ok_or_else(|| io::Error::other(format!("no case is named {name:?}")))?;
        match self.counts {
            Some(_) => anstream::println!("{}", case.run(iterations).counted()),
            None => callgrind::be_watched(case, iterations),
        }
        Ok(())
    }

    fn measure(&self, name: &str, cases: &[&Case], callgrind: bool) -> io::Result<Figures> {
        match self.counts {
            // What a process grows by takes its time, and is not counted in instructions.
            Some(Currency::Growth) if callgrind => Ok(Figures { currency: Currency::Growth, figures: Vec::new() }),
            Some(currency) => rounds::count(name, cases, currency),
            None if callgrind => callgrind::measure(name, cases),
            None => Ok(rounds::measure(cases)),
        }
    }

    fn chosen(&self, options: &Options) -> Vec<&Case> {
        let words = &options.cases;
        let is_named = |case: &Case| words.is_empty() || words.iter().any(|word| case.name().contains(word));
        // What takes long to set up is left out as well where peers are: in a check.
        let is_quick = |case: &Case| case.is_timed() && case.side() != Side::Peer || self.is_a_measure(case);
        let is_asked = |case: &Case| !options.ours || is_quick(case);
        let numbered = self.groups.iter().flat_map(|group| group.cases.iter().enumerate());
        numbered
            .filter(|(number, case)| (*number == 0 && case.is_timed()) || is_named(case) && is_asked(case))
            .map(|(_, case)| case)
            .collect()
    }

    /// Whether a bar of another case refers to it, other than in time.
    fn is_a_measure(&self, case: &Case) -> bool {
        let mut bars = self.cases_of_all_groups().flat_map(Case::bars);
        bars.any(|bar| bar.is_exact() && bar.other() == Some(case.name()))
    }

    fn cases_of_all_groups(&self) -> impl Iterator<Item = &Case> {
        self.groups.iter().flat_map(|group| &group.cases)
    }

    fn answer(&self, figures: &Figures) -> Answer {
        let groups = self.groups.iter().map(|group| group.answered(figures)).collect();
        Answer { title: self.title.to_owned(), currency: figures.currency, groups }
    }
}

impl Cases {
    fn answered(&self, figures: &Figures) -> Group {
        let cases = self.cases.iter().map(|case| answered(case, figures)).collect();
        Group { title: self.title.to_owned(), axis: self.axis.map(str::to_owned), cases }
    }
}

fn answered(case: &Case, figures: &Figures) -> CaseAnswer {
    let name = case.name();
    CaseAnswer {
        name: name.to_owned(),
        side: case.side(),
        point: case.point().cloned(),
        cost: figures.cost(name),
        ratios: figures.ratios(name),
        bars: case.bars().iter().map(|bar| figures.judge(name, *bar)).collect(),
    }
}
