//! `cargo xtask prove sanitizers`: tests under AddressSanitizer, and programs under valgrind.
//!
//! AddressSanitizer looks for leaks as well. The libraries have no unsafe code of their own, so what is found is a leak, or a fault of a dependency.

use anstream::println;
use anyhow::Context;

use crate::invocation::Invocation;
use crate::toolchain::cargo_of;
use crate::workspace::{EXAMPLES, Workspace, example_executable};

/// What runs under AddressSanitizer: tests of what stays when threads and hooks have ended.
///
/// Unit tests are left out, since some leak on purpose, or leave a thread as only the code below the library's doors can.
const TESTS: [&str; 2] = ["memory", "values_at_thread_end"];

/// What runs under valgrind: programs that are done within a second without it.
const PROGRAMS: [&str; 3] = ["quickstart", "async_resource", "threads"];

pub(super) fn check(workspace: &Workspace, _arguments: &[String]) -> anyhow::Result<()> {
    address_sanitizer(workspace)?.show(workspace.root())?;
    if which::which("valgrind").is_err() {
        println!("valgrind is not installed: its part is left out");
        return Ok(());
    }
    let build = format!("build -p {EXAMPLES} --example {}", PROGRAMS.join(" --example "));
    Invocation::cargo(&build).show(workspace.root())?;
    PROGRAMS.iter().try_for_each(|name| memcheck(workspace, name).show(workspace.root()))
}

/// With `--target`, so that programs that only run at build time are not instrumented.
fn address_sanitizer(workspace: &Workspace) -> anyhow::Result<Invocation> {
    let (tests, host) = (TESTS.join(" --test "), host(workspace)?);
    let tests = format!("test -p async-hooks-core --all-features --test {tests} --no-fail-fast --target {host}");
    Ok(cargo_of("nightly", workspace, &tests)
        .environment("RUSTFLAGS", "-Zsanitizer=address")
        .environment("ASAN_OPTIONS", "detect_leaks=1"))
}

/// The name of the system that this runs on, as rustc knows it.
fn host(workspace: &Workspace) -> anyhow::Result<String> {
    let version = Invocation::new("rustc").arguments(["-vV"]).output(workspace.root())?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say what its host is")?.to_owned())
}

/// Fails on an error of memory, and on memory that nothing points to at the end.
fn memcheck(workspace: &Workspace, name: &str) -> Invocation {
    let program = example_executable(workspace.target_directory(), name);
    Invocation::new("valgrind")
        .arguments(["--quiet", "--error-exitcode=9", "--leak-check=full"])
        .arguments(["--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"])
        .arguments([program.display().to_string()])
}
