//! A directory of recordings, of which the oldest are removed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::model::recording::Recording;
use crate::trace::error::RecordingError;

const PREFIX: &str = "async-hooks-";
const SUFFIX: &str = ".pftrace.gz";

pub(crate) struct Directory {
    path: PathBuf,
    /// The number of files that stay.
    files: usize,
}

impl Directory {
    pub(crate) fn new(path: PathBuf, files: usize) -> Directory {
        Directory { path, files: files.max(1) }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a recording under a name that sorts by its time, and removes the oldest files.
    ///
    /// The file gets its name when it is complete.
    pub(crate) fn save(&self, recording: &Recording, reason: &str) -> Result<(), RecordingError> {
        fs::create_dir_all(&self.path)?;
        let time = recording.interval().end().as_unix_nanos() / 1_000;
        let name = format!("{PREFIX}{time:016}-{}-{reason}", std::process::id());
        let part = self.path.join(format!("{name}.part"));
        let written = recording.save(&part);
        let named = written.and_then(|()| Ok(fs::rename(&part, self.path.join(format!("{name}{SUFFIX}")))?));
        if named.is_err() {
            let _ = fs::remove_file(&part);
        }
        named?;
        self.remove_oldest()
    }

    fn remove_oldest(&self) -> Result<(), RecordingError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            names.extend(name.to_str().filter(|name| is_ours(name)).map(str::to_owned));
        }
        names.sort_unstable();
        let superfluous = names.len().saturating_sub(self.files);
        names.iter().take(superfluous).try_for_each(|name| Ok(fs::remove_file(self.path.join(name))?))
    }
}

fn is_ours(name: &str) -> bool {
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}
