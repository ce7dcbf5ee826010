//! What a case may cost at most.

use std::fmt;

/// What a case may cost at most; each bar is in one currency, and silent where another is measured.
#[derive(Clone, Copy, Debug)]
pub enum Bar {
    /// So many instructions.
    Instructions(u32),
    /// So many instructions more than another case of the same question.
    InstructionsOver(&'static str, u32),
    /// So many times the time of another case of the same question.
    TimeOf(&'static str, f64),
    /// So many nanoseconds more than another case of the same question; of this machine.
    TimeOver(&'static str, u32),
    /// So many bytes more than another case of the same question.
    BytesOver(&'static str, u32),
    /// So many allocations.
    Allocations(u32),
}

/// How a case stands to one of its bars.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    Met,
    Missed,
    /// The bar is in another currency, or the case it refers to was not measured.
    Open,
}

impl Verdict {
    pub(crate) fn of(measured: Option<f64>, at_most: f64) -> Self {
        match measured {
            Some(measured) if measured <= at_most => Verdict::Met,
            Some(_) => Verdict::Missed,
            None => Verdict::Open,
        }
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bar::Instructions(at_most) => write!(f, "≤ {at_most}"),
            Bar::InstructionsOver(other, at_most) => write!(f, "≤ {other} + {at_most}"),
            Bar::TimeOver(other, at_most) => write!(f, "≤ {other} + {at_most}"),
            Bar::TimeOf(other, at_most) => write!(f, "≤ {at_most:.2} × {other}"),
            Bar::BytesOver(other, at_most) => write!(f, "≤ {other} + {at_most}"),
            Bar::Allocations(at_most) => write!(f, "≤ {at_most}"),
        }
    }
}
