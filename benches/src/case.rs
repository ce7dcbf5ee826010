//! One way to do a thing, with a name.

use std::fmt;

use crate::answer::{Point, Side};
use crate::bar::Bar;
use crate::sample::Sample;

/// One contender: what it is called, how it is run, what it may cost.
pub struct Case {
    name: &'static str,
    side: Side,
    point: Option<Point>,
    body: Box<dyn Fn(&mut Sample) + Sync>,
    bars: Vec<Bar>,
    is_timed: bool,
    is_watched: bool,
}

impl Case {
    /// A case of ours, without a bar; `body` sets up, and has the sample repeat the operation.
    pub fn new(name: &'static str, body: impl Fn(&mut Sample) + Sync + 'static) -> Self {
        let body = Box::new(body);
        Case { name, side: Side::Ours, point: None, body, bars: Vec::new(), is_timed: true, is_watched: true }
    }

    /// The same work without anything around it.
    pub fn floor(name: &'static str, body: impl Fn(&mut Sample) + Sync + 'static) -> Self {
        Case { side: Side::Floor, ..Case::new(name, body) }
    }

    /// The same work as somebody else does it.
    pub fn peer(name: &'static str, body: impl Fn(&mut Sample) + Sync + 'static) -> Self {
        Case { side: Side::Peer, ..Case::new(name, body) }
    }

    /// Adds a bar.
    #[must_use]
    pub fn bar(mut self, bar: Bar) -> Self {
        self.bars.push(bar);
        self
    }

    /// Puts it on a curve.
    #[must_use]
    pub fn at(mut self, series: &str, x: f64) -> Self {
        self.point = Some(Point { series: series.to_owned(), x });
        self
    }

    /// For what instructions say nothing about: threads at once, another process.
    #[must_use]
    pub fn only_timed(mut self) -> Self {
        self.is_watched = false;
        self
    }

    /// For what takes too long to set up again and again.
    #[must_use]
    pub fn only_counted(mut self) -> Self {
        self.is_timed = false;
        self
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn side(&self) -> Side {
        self.side
    }

    pub(crate) fn point(&self) -> Option<&Point> {
        self.point.as_ref()
    }

    pub(crate) fn bars(&self) -> &[Bar] {
        &self.bars
    }

    /// Whether it takes turns with the others.
    pub(crate) fn is_timed(&self) -> bool {
        self.is_timed
    }

    /// Whether its instructions can be counted.
    pub(crate) fn is_watched(&self) -> bool {
        self.is_watched
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
