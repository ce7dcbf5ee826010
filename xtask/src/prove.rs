//! `cargo xtask prove <name>`: runs a proof that takes too long for `cargo xtask test`.
//!
//! Each proof is an entry of [`PROOFS`]. Its programs are built in release mode, and their output is shown as it comes.

mod dependencies;
mod flakes;
mod fuzz;
mod sanitizers;
mod proof;
mod runs;
mod table;

use std::process::ExitCode;

use anstream::println;
use anyhow::Context;

use crate::workspace::Workspace;
pub(crate) use dependencies::CHECKS as CHECKS_OF_DEPENDENCIES;
use proof::{Outcome, Proof};
use table::PROOFS;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Lists the proofs and runs none.
    #[arg(long)]
    list: bool,
    /// Runs every proof, in the order of the list.
    #[arg(long, conflicts_with_all = ["list", "name"])]
    all: bool,
    /// The proof to run.
    name: Option<String>,
    /// Arguments for the programs of the proof, as in `cargo xtask prove soak --minutes 30`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Runs the chosen proofs, and fails when one of them fails.
///
/// A proof whose tools are not installed is skipped, with a message that names the tools.
///
/// # Errors
///
/// When no proof has the given name.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<ExitCode> {
    let mut is_failure = false;
    for proof in chosen(options)? {
        let outcome = proof.run(workspace, &options.arguments);
        println!("{}: {outcome}", proof.name);
        is_failure |= matches!(outcome, Outcome::Failed(_));
    }
    Ok(if is_failure { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Without a name nothing is chosen, and the list is printed.
fn chosen(options: &Options) -> anyhow::Result<Vec<&'static Proof>> {
    match &options.name {
        _ if options.all => Ok(PROOFS.iter().collect()),
        Some(name) if !options.list => Ok(vec![find(name)?]),
        _ => {
            print_list();
            Ok(Vec::new())
        }
    }
}

fn find(name: &str) -> anyhow::Result<&'static Proof> {
    let known = || Vec::from_iter(PROOFS.iter().map(|proof| proof.name)).join(", ");
    let proof = PROOFS.iter().find(|proof| proof.name == name);
    proof.with_context(|| format!("no proof is named {name}; there are: {}", known()))
}

fn print_list() {
    let width = PROOFS.iter().map(|proof| proof.name.len()).max().unwrap_or_default();
    for proof in PROOFS {
        println!("{:<width$}  {}{}", proof.name, proof.claim, needs(proof));
    }
}

fn needs(proof: &Proof) -> String {
    let tools: Vec<_> = proof.tools.iter().map(ToString::to_string).collect();
    if tools.is_empty() { String::new() } else { format!(" (needs {})", tools.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_proof_is_answered_with_the_known_ones() {
        let error = find("modle").err().unwrap().to_string();
        assert!(error.starts_with("no proof is named modle; there are: contexts, "), "{error}");
    }

    #[test]
    fn names_of_proofs_are_unique() {
        for proof in PROOFS {
            assert!(std::ptr::eq(find(proof.name).unwrap(), proof), "{}", proof.name);
        }
    }

    #[test]
    fn every_proof_is_listed_in_contributing() {
        let workspace = Workspace::load().unwrap();
        let page = std::fs::read_to_string(workspace.root().join("CONTRIBUTING.md")).unwrap();
        for proof in PROOFS {
            assert!(page.contains(&format!("| `{}` |", proof.name)), "{} is not in CONTRIBUTING.md", proof.name);
        }
    }

    #[test]
    fn every_program_of_a_proof_is_a_target_of_the_workspace() {
        let workspace = Workspace::load().unwrap();
        for run in PROOFS.iter().flat_map(Proof::runs) {
            assert!(run.exists_in(&workspace), "{} has no {}", run.package, run.target);
        }
    }
}
