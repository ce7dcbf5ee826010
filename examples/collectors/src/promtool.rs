//! `promtool`, which reads pages of numbers.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::Failure;

/// What `promtool check metrics` says of a page: nothing, if it is as it should be.
pub(crate) fn checked(page: &str) -> Result<String, Failure> {
    let mut command = Command::new("promtool");
    command.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut promtool = command.spawn()?;
    promtool.stdin.take().ok_or("no input")?.write_all(page.as_bytes())?;
    let output = promtool.wait_with_output()?;
    Ok(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}
