//! What became of one part of the proof.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Failure;

/// What a part has found out, in one line; or why it was not run.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) enum Finding {
    Proven(String),
    Wrong(Vec<String>),
    /// This machine is too noisy to say.
    Unclear(String),
    Skipped(String),
}

#[derive(Debug)]
pub(crate) struct Verdict {
    part: &'static str,
    finding: Result<Finding, Failure>,
}

/// The number of mistakes that are shown.
const SHOWN: usize = 12;

impl Verdict {
    pub(crate) fn of(part: &'static str, finding: Result<Finding, Failure>) -> Verdict {
        Verdict { part, finding }
    }

    pub(crate) fn is_good(&self) -> bool {
        matches!(self.finding, Ok(Finding::Proven(_) | Finding::Skipped(_)))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.finding {
            Ok(Finding::Proven(what)) => write!(f, "{}: {what}", self.part),
            Ok(Finding::Unclear(what)) => write!(f, "{}: CANNOT TELL, times differ too much: {what}", self.part),
            Ok(Finding::Skipped(why)) => write!(f, "{}: skipped, {why}", self.part),
            Ok(Finding::Wrong(mistakes)) => {
                write!(f, "{}: WRONG, {} mistakes", self.part, mistakes.len())?;
                mistakes.iter().take(SHOWN).try_for_each(|mistake| write!(f, "\n  {mistake}"))
            }
            Err(error) => write!(f, "{}: FAILED, {error}", self.part),
        }
    }
}
