//! One way to do a thing, with a name.

use std::fmt;

use crate::bar::Bar;
use crate::sample::Sample;

/// One contender: what it is called, how it is run, what it may cost.
pub struct Case {
    name: &'static str,
    body: Box<dyn Fn(&mut Sample)>,
    bars: Vec<Bar>,
}

impl Case {
    /// A case without a bar; `body` sets up, and has the sample repeat the operation.
    pub fn new(name: &'static str, body: impl Fn(&mut Sample) + 'static) -> Self {
        Case { name, body: Box::new(body), bars: Vec::new() }
    }

    /// Adds a bar.
    #[must_use]
    pub fn bar(mut self, bar: Bar) -> Self {
        self.bars.push(bar);
        self
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn bars(&self) -> &[Bar] {
        &self.bars
    }

    pub(crate) fn run(&self, iterations: u64) -> Sample {
        let mut sample = Sample::new(iterations);
        (self.body)(&mut sample);
        sample
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("name", &self.name).field("bars", &self.bars).finish_non_exhaustive()
    }
}
