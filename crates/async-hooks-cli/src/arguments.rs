//! The command line.

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::answer::Format;
use crate::commands::{at, check, critical_path, diff, report, slowest, tree};
use crate::failure::Failure;

/// Asks recordings of the async-hooks flight recorder why something was slow.
///
/// Exit codes: 0; 1 if `check` has found gaps or losses; 2 for wrong arguments, an unreadable file or an unknown id.
#[derive(Parser)]
#[command(name = "async-hooks", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// One page of HTML: what was slow and why, threads, spawn sites, what was alive
    Report(report::ReportOptions),
    /// The longest lives, the longest first
    Slowest(slowest::SlowestOptions),
    /// What a resource did from its creation to its end, and what it waited for
    CriticalPath(critical_path::CriticalPathOptions),
    /// Who was alive at a moment, and what each thread executed
    At(at::AtOptions),
    /// All resources, each below the one that caused it
    Tree(tree::TreeOptions),
    /// Two recordings side by side, by the line that creates a resource
    Diff(diff::DiffOptions),
    /// Whether events are missing; exits with 1 if so
    Check(check::CheckOptions),
    /// What a shell completes, for its start-up file
    Completions { shell: Shell },
}

impl Arguments {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let format = if self.json { Format::Json } else { Format::Text };
        match &self.command {
            Command::Report(options) => options.run(format),
            Command::Slowest(options) => options.run(format),
            Command::CriticalPath(options) => options.run(format),
            Command::At(options) => options.run(format),
            Command::Tree(options) => options.run(format),
            Command::Diff(options) => options.run(format),
            Command::Check(options) => options.run(format),
            Command::Completions { shell } => completions(*shell),
        }
    }
}

fn completions(shell: Shell) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "async-hooks", &mut script);
    io::Write::write_all(&mut io::stdout(), &script)?;
    Ok(ExitCode::SUCCESS)
}
