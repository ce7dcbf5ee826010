//! On what was measured, and with what.

use std::fs;
use std::path::Path;

use anyhow::Context;
use jiff::Timestamp;
use jiff::tz::TimeZone;
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
    /// The widest vectors that valgrind finds in the processor.
    ///
    /// Libraries choose between their variants by it.
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

/// The part of Cargo.lock that is read here.
#[derive(Deserialize)]
struct Lock {
    package: Vec<LockedPackage>,
}

#[derive(Deserialize)]
struct LockedPackage {
    name: String,
    version: String,
}

/// The libraries that the benches compare with.
const PEERS: [&str; 12] = [
    "tokio",
    "tracing",
    "tracing-subscriber",
    "opentelemetry",
    "fastrace",
    "await-tree",
    "async-backtrace",
    "tokio-metrics",
    "console-subscriber",
    "dial9",
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
        let lock: Lock = toml::from_str(&lock).context("cannot parse Cargo.lock")?;
        let peers = PEERS.iter().filter_map(|name| Some(((*name).to_owned(), lock.version(name)?))).collect();
        Ok(Self {
            toolchain: Toolchain::look(&lock)?,
            processor: processor(),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            system: answer("uname", &["-srm"]).unwrap_or_else(|| std::env::consts::OS.to_owned()),
            node: answer("node", &["--version"]),
            commit: commit(root),
            date: Timestamp::now().to_zoned_datetime(TimeZone::UTC).date().to_string(),
            peers,
        })
    }
}

impl Toolchain {
    fn look(lock: &Lock) -> anyhow::Result<Self> {
        let rustc = answer("rustc", &["-vV"]).context("rustc does not say its version")?;
        let after = |key: &str| rustc.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().to_owned();
        Ok(Self {
            rustc: after("release: "),
            target: after("host: "),
            tokio: lock.version("tokio").context("no tokio in Cargo.lock")?,
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

impl Lock {
    /// Of the newest package with that name: cargo sorts by version.
    fn version(&self, name: &str) -> Option<String> {
        self.package.iter().rfind(|package| package.name == name).map(|package| package.version.clone())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

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
        let package = |name: &str, version: &str| format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n");
        let lock = [package("tokio-metrics", "0.5.2"), package("tokio", "0.9.0"), package("tokio", "1.54.1")].concat();
        let lock: Lock = toml::from_str(&lock).unwrap();
        assert_eq!(lock.version("tokio").as_deref(), Some("1.54.1"));
        assert_eq!(lock.version("axum"), None);
    }
}
