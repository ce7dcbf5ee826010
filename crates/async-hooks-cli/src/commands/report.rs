//! `async-hooks report`: a page of HTML.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use async_hooks_recorder::{Recording, report};
use serde::Serialize;

use crate::answer::Format;
use crate::failure::Failure;
use crate::progress::shown;
use crate::source::Source;

#[derive(clap::Args)]
pub(crate) struct ReportOptions {
    /// The recording; `-` is the standard input
    #[arg(value_name = "FILE", value_parser = Source::parser())]
    source: Source,
    /// The page; without it, the page is printed
    #[arg(short, long, value_name = "PAGE")]
    output: Option<PathBuf>,
}

impl ReportOptions {
    pub(crate) fn run(&self, format: Format) -> Result<ExitCode, Failure> {
        let recording = self.source.open()?;
        match &self.output {
            Some(file) => {
                let bytes =
                    write(&recording, file).map_err(|error| Failure::Unwritable { file: file.clone(), error })?;
                let text = format!("{}: {bytes} bytes\n", file.display());
                format.print(text, || Written { file: file.display().to_string(), bytes })?;
            }
            None if io::stdout().is_terminal() => return Err(Failure::Terminal),
            None => shown("making the page", || report(&recording, BufWriter::new(io::stdout().lock())))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes the page, and returns its length.
fn write(recording: &Recording, file: &Path) -> io::Result<u64> {
    // The page is made first: a failure must not leave an empty file.
    let mut page = Vec::new();
    shown("making the page", || report(recording, &mut page))?;
    File::create(file)?.write_all(&page)?;
    Ok(page.len() as u64)
}

/// The page that was written, in JSON.
#[derive(Serialize)]
struct Written {
    file: String,
    bytes: u64,
}
