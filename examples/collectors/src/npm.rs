//! Packages of npm, which are installed beside this program.

use std::fs;
use std::process::{Command, Stdio};

use crate::Failure;

const PACKAGES: [&str; 5] = [
    "@opentelemetry/api@1.9.1",
    "@opentelemetry/sdk-trace-node@2.12.1",
    "@opentelemetry/instrumentation@0.223.0",
    "@opentelemetry/instrumentation-http@0.223.0",
    "@opentelemetry/exporter-trace-otlp-proto@0.223.0",
];

/// Where the packages are; `None` without npm. `COLLECTORS_NODE_MODULES` is another place.
pub(crate) fn modules() -> Result<Option<String>, Failure> {
    if let Ok(modules) = std::env::var("COLLECTORS_NODE_MODULES") {
        return Ok(Some(modules));
    }
    let folder = std::env::current_exe()?.with_file_name("node");
    fs::create_dir_all(&folder)?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--no-fund", "--prefix"]).arg(&folder).args(PACKAGES);
    let is_installed = npm.stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    Ok(is_installed.then(|| folder.join("node_modules").display().to_string()))
}
