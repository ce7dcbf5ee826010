//! The README's short table, between its two markers.

use anyhow::Context;

use super::machine::Machine;
use super::results::Results;
use super::summary;

const BEGIN: &str = "<!-- What it costs: written by `cargo xtask bench`. -->";
const END: &str = "<!-- End of what is written. -->";

/// The README with a new table between the markers.
///
/// # Errors
///
/// When a marker is missing, or a case that is shown.
pub(super) fn with_table(readme: &str, results: &Results, machine: &Machine) -> anyhow::Result<String> {
    let (before, rest) = readme.split_once(BEGIN).context("README.md: where does the table begin?")?;
    let (_, after) = rest.split_once(END).context("README.md: where does the table end?")?;
    Ok(format!("{before}{BEGIN}\n\n{}\n{END}{after}", table(results, machine)?))
}

fn table(results: &Results, machine: &Machine) -> anyhow::Result<String> {
    let (processor, rustc) = (&machine.processor, &machine.toolchain.rustc);
    let machine = format!("{} processors of {processor}, Rust {rustc}, {}", machine.processors, machine.date);
    Ok(format!("{}\nMedians on {machine}.\n", summary::short(results)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_readme_without_markers_is_left_alone() {
        let results = Results { benches: Vec::new() };
        let machine = Machine::look(&crate::workspace::Workspace::load().unwrap()).unwrap();
        let error = with_table("# async-hooks\n", &results, &machine).unwrap_err();
        assert!(error.to_string().contains("begin"));
    }
}
