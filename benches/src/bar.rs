//! What a case may cost at most.

use std::fmt;

/// The most that a case may cost.
///
/// Each bar is in one currency, and is not judged where another one is measured.
#[derive(Clone, Copy, Debug)]
pub enum Bar {
    /// Instructions.
    Instructions(u32),
    /// Instructions more than another case of the same question.
    InstructionsOver(&'static str, u32),
    /// Instructions more than another case of the question, without the allocator's.
    OutsideAllocatorOver(&'static str, u32),
    /// A multiple of the instructions of another case of the same question.
    InstructionsOf(&'static str, f64),
    /// A multiple of the time of another case of the same question.
    TimeOf(&'static str, f64),
    /// Nanoseconds more than another case of the same question; depends on the machine.
    TimeOver(&'static str, u32),
    /// Bytes more than another case of the same question.
    BytesOver(&'static str, u32),
    /// Bytes in all.
    Growth(u32),
    /// Allocations.
    Allocations(u32),
    /// Allocations more than another case of the same question.
    AllocationsOver(&'static str, u32),
}

impl Bar {
    /// In its own unit.
    pub(crate) fn at_most(&self) -> f64 {
        match *self {
            Bar::Instructions(at_most)
            | Bar::InstructionsOver(_, at_most)
            | Bar::OutsideAllocatorOver(_, at_most)
            | Bar::TimeOver(_, at_most)
            | Bar::BytesOver(_, at_most)
            | Bar::Growth(at_most)
            | Bar::Allocations(at_most)
            | Bar::AllocationsOver(_, at_most) => at_most.into(),
            Bar::InstructionsOf(_, at_most) | Bar::TimeOf(_, at_most) => at_most,
        }
    }

    /// Whether every run finds the same: only time, and what the system gives, have a mood.
    pub(crate) fn is_exact(&self) -> bool {
        !matches!(self, Bar::TimeOf(..) | Bar::TimeOver(..) | Bar::Growth(_))
    }

    /// The case that it compares with.
    pub(crate) fn other(&self) -> Option<&'static str> {
        match self {
            Bar::InstructionsOver(other, _)
            | Bar::OutsideAllocatorOver(other, _)
            | Bar::InstructionsOf(other, _)
            | Bar::TimeOf(other, _)
            | Bar::TimeOver(other, _)
            | Bar::BytesOver(other, _)
            | Bar::AllocationsOver(other, _) => Some(other),
            Bar::Instructions(_) | Bar::Growth(_) | Bar::Allocations(_) => None,
        }
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bar::Instructions(at_most) => write!(f, "≤ {at_most} instr"),
            Bar::InstructionsOver(other, at_most) => write!(f, "≤ {at_most} instr over *{other}*"),
            Bar::OutsideAllocatorOver(other, at_most) => {
                write!(f, "≤ {at_most} instr over *{other}*, without the allocator's")
            }
            Bar::InstructionsOf(other, at_most) => write!(f, "≤ {at_most:.2} × the instr of *{other}*"),
            Bar::TimeOf(other, at_most) => write!(f, "≤ {at_most:.2} × the time of *{other}*"),
            Bar::TimeOver(other, at_most) => write!(f, "≤ {at_most} ns over *{other}*"),
            Bar::BytesOver(other, at_most) => write!(f, "≤ {at_most} bytes over *{other}*"),
            Bar::Growth(at_most) => write!(f, "≤ {} KiB", at_most / 1024),
            Bar::Allocations(at_most) => write!(f, "≤ {at_most} allocations"),
            Bar::AllocationsOver(other, at_most) => write!(f, "≤ {at_most} allocations over *{other}*"),
        }
    }
}
