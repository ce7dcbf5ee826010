//! The program answers any arguments, or refuses them with its exit code.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::process::ExitCode;
use std::sync::LazyLock;

use async_hooks_core::AsyncResource;
use async_hooks_recorder::FlightRecorder;
use tempfile::NamedTempFile;

/// A recording of a request and its query.
static RECORDED: LazyLock<NamedTempFile> = LazyLock::new(|| {
    let recorder = FlightRecorder::builder().label_with(|| Some("label")).build();
    let enabled = recorder.enable_scoped();
    let request = AsyncResource::new("request");
    request.run_in_async_scope(|| AsyncResource::new("query").run_in_async_scope(|| ()));
    drop((request, enabled));
    let file = NamedTempFile::new().expect("a folder for temporary files");
    recorder.recording().save(file.path()).expect("it can be written");
    file
});

/// The first byte chooses the command; the others are a moment, an id, a kind or a number.
pub fn commands(bytes: &[u8]) {
    let Some((which, argument)) = bytes.split_first() else { return };
    let argument = OsString::from_vec(argument.iter().copied().filter(|byte| *byte != 0).collect());
    let file = RECORDED.path().as_os_str();
    let [before, after] = match which % 5 {
        0 => ["at", ""],
        1 => ["critical-path", ""],
        2 => ["slowest", "--kind"],
        3 => ["slowest", "-n"],
        _ => ["tree", ""],
    };
    let mut arguments = vec![OsString::from("async-hooks"), before.into(), file.to_owned()];
    arguments.extend((!after.is_empty()).then(|| after.into()));
    arguments.push(argument);
    let code = async_hooks_cli::run(arguments);
    assert!([ExitCode::SUCCESS, ExitCode::from(2)].contains(&code), "{code:?}");
}
