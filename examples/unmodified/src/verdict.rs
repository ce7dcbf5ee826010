//! Whether the recordings of all programs are right.

use std::fs;
use std::path::PathBuf;

use async_hooks::recorder::Recording;

use crate::Failure;
use crate::claims::Claims;
use crate::edges::Edge;
use crate::recorded::Recorded;

pub(crate) struct Verdict {
    has_tokio_spans: bool,
    /// Where the recordings are kept.
    folder: Option<PathBuf>,
    judged: usize,
    is_right: bool,
}

impl Verdict {
    pub(crate) fn new(has_tokio_spans: bool, folder: Option<PathBuf>) -> Verdict {
        Verdict { has_tokio_spans, folder, judged: 0, is_right: true }
    }

    pub(crate) fn is_right(&self) -> bool {
        self.is_right
    }

    /// Prints what the recordings of a program hold, and what is wrong about them.
    pub(crate) fn judge(&mut self, program: &str, recorded: Recorded, edges: &[Edge]) -> Result<(), Failure> {
        println!("  {program}");
        self.judged += 1;
        let read = self.read_back(&recorded.ended)?;
        let wrong = Claims { recorded, has_tokio_spans: self.has_tokio_spans }.wrong(&read, edges);
        wrong.iter().for_each(|wrong| println!("    WRONG: {wrong}"));
        self.is_right &= wrong.is_empty();
        Ok(())
    }

    /// What a file of the recording holds.
    fn read_back(&self, recording: &Recording) -> Result<Recording, Failure> {
        let mut bytes = Vec::new();
        recording.write(&mut bytes)?;
        if let Some(folder) = &self.folder {
            fs::create_dir_all(folder)?;
            fs::write(folder.join(format!("{}.pftrace", self.judged)), &bytes)?;
        }
        Ok(Recording::read(&bytes[..])?)
    }
}
