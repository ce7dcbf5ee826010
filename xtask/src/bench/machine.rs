//! On what was measured, and with what.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::invocation::Invocation;
use crate::workspace::Workspace;

/// What instruction counts depend on besides the code.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub(super) struct Toolchain {
    pub(super) rustc: String,
    pub(super) target: String,
    pub(super) tokio: String,
    pub(super) valgrind: Option<String>,
    /// The C library, of which a task's moves are made.
    #[serde(default)]
    pub(super) libc: Option<String>,
    /// The widest vectors that valgrind finds in the processor. Libraries choose between their variants by it.
    #[serde(default)]
    pub(super) vectors: Option<String>,
}

/// The rest of what a reader wants to know.
pub(super) struct Machine {
    pub(super) toolchain: Toolchain,
    pub(super) processor: String,
    pub(super) processors: usize,
    pub(super) system: String,
    pub(super) node: Option<String>,
    pub(super) commit: String,
    pub(super) date: String,
    /// What was measured beside ours, by name and version.
    pub(super) peers: Vec<(String, String)>,
}

/// The libraries that the benches compare with.
const PEERS: [&str; 11] = [
    "tokio",
    "tracing",
    "tracing-subscriber",
    "opentelemetry",
    "fastrace",
    "await-tree",
    "async-backtrace",
    "tokio-metrics",
    "console-subscriber",
    "dashmap",
    "axum",
];

pub(super) fn has_valgrind() -> bool {
    answer("valgrind", &["--version"]).is_some()
}

impl Machine {
    /// # Errors
    ///
    /// When the compiler does not say its version, or the lock file is not there.
    pub(super) fn look(workspace: &Workspace) -> anyhow::Result<Self> {
        let root = workspace.root();
        let lock = fs::read_to_string(root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
        let peers: Vec<(String, String)> =
            PEERS.iter().filter_map(|name| Some(((*name).to_owned(), version(&lock, name)?))).collect();
        Ok(Self {
            toolchain: Toolchain::look(&lock)?,
            processor: processor(),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            system: answer("uname", &["-srm"]).unwrap_or_else(|| std::env::consts::OS.to_owned()),
            node: answer("node", &["--version"]),
            commit: commit(root),
            date: date(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() / 86_400),
            peers,
        })
    }
}

impl Toolchain {
    fn look(lock: &str) -> anyhow::Result<Self> {
        let rustc = answer("rustc", &["-vV"]).context("rustc does not say its version")?;
        let after = |key: &str| rustc.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().to_owned();
        Ok(Self {
            rustc: after("release: "),
            target: after("host: "),
            tokio: version(lock, "tokio").context("no tokio in Cargo.lock")?,
            valgrind: answer("valgrind", &["--version"]),
            libc: answer("getconf", &["GNU_LIBC_VERSION"]),
            vectors: vectors(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default()),
        })
    }
}

/// Of those between which valgrind distinguishes; None where the system does not say.
fn vectors(processor: &str) -> Option<String> {
    let flags = processor.lines().find_map(|line| line.strip_prefix("flags")?.split_once(": "))?.1;
    let widest = ["avx2", "avx"].into_iter().find(|name| flags.split(' ').any(|flag| flag == *name));
    Some(widest.unwrap_or("sse").to_owned())
}

fn answer(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Invocation::new(program).arguments(arguments.iter().copied()).output(Path::new(".")).ok()?;
    Some(output.trim().to_owned())
}

/// Of the newest package of that name.
fn version(lock: &str, name: &str) -> Option<String> {
    let entry = format!("name = \"{name}\"\nversion = \"");
    let (_, rest) = lock.rsplit_once(&entry)?;
    Some(rest.split('"').next()?.to_owned())
}

fn processor() -> String {
    let told = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, model)| model.to_owned())
}

fn commit(root: &Path) -> String {
    let git = |arguments: &str| Invocation::new("git").arguments(arguments.split(' ')).output(root).ok();
    let commit = git("rev-parse --short HEAD").unwrap_or_default().trim().to_owned();
    let is_clean = git("status --porcelain --untracked-files=no").is_some_and(|changes| changes.is_empty());
    if is_clean { commit } else { format!("{commit} and changes") }
}

/// The day so many days after 1970-01-01, in the Gregorian calendar, by eras of 400 years that begin in March.
fn date(days: u64) -> String {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    format!("{}-{month:02}-{day:02}", year + era * 400 + u64::from(month <= 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        for (days, expected) in [(0, "1970-01-01"), (59, "1970-03-01"), (11_016, "2000-02-29"), (20_779, "2026-11-22")]
        {
            assert_eq!(date(days), expected);
        }
    }

    #[test]
    fn vectors_are_as_wide_as_valgrind_can_tell() {
        let flags = |flags: &str| vectors(&format!("vendor_id\t: x\nflags\t\t: {flags}\nbugs\t: none\n"));
        assert_eq!(flags("fpu sse2 avx avx2 avx512f").as_deref(), Some("avx2"));
        assert_eq!(flags("fpu sse2 avx").as_deref(), Some("avx"));
        assert_eq!(flags("fpu sse2").as_deref(), Some("sse"));
        assert_eq!(vectors("Features\t: fp asimd\n"), None);
    }

    #[test]
    fn a_version_is_found_under_its_name_only() {
        let lock = "name = \"tokio-metrics\"\nversion = \"0.5.2\"\n\nname = \"tokio\"\nversion = \"1.54.1\"\n";
        assert_eq!(version(lock, "tokio").as_deref(), Some("1.54.1"));
        assert_eq!(version(lock, "axum"), None);
    }
}
