//! Asks what is tracked here and now.

use std::env;

use crate::tracking::origin::ProbeSource;
use crate::tracking::tracking_report::TrackingReport;
use crate::tracking::{flows, runtime, spans, streams};

/// Tries what is tracked and carries values on this runtime, with this subscriber.
///
/// Use it when an id or a value is missing, or once at the start of a program, inside its runtime and after its subscriber is
/// installed. It spawns a task, a blocking job, a thread and so on, with wrapper and without, looks which of them are resources with
/// the values of their spawner, and says for each gap what to write. It takes some milliseconds. Hooks and tools that are enabled
/// see what it tries; all of it has ended when the report is there.
///
/// The spans that it creates have the log target of the program, by the name of its executable: filters for it apply to them. Ask
/// for another target with [`tracking_report_of`].
///
/// Without the façade's features `tokio`, `tracing` and `stream` it leaves out what belongs to them.
///
/// # Examples
///
/// ```
/// # futures::executor::block_on(async {
/// use async_hooks_diagnostics::tracking_report;
///
/// let report = tracking_report().await;
/// println!("{report}");
/// let spawn = report.rows().iter().find(|row| row.what() == "async_hooks::thread::spawn").unwrap();
/// assert_eq!((spawn.is_tracked(), spawn.carries_values()), (Some(true), Some(true)));
/// # });
/// ```
pub async fn tracking_report() -> TrackingReport {
    tracking_report_of(&program()).await
}

/// As [`tracking_report`], with spans of this log target.
///
/// Use it for the spans of one module, or of a library: `"hyper::proto"`. A process can ask about 32 targets; after that, spans are
/// not tried.
///
/// # Examples
///
/// ```
/// # futures::executor::block_on(async {
/// use async_hooks_diagnostics::tracking_report_of;
///
/// assert_eq!(tracking_report_of("my_app::db").await.target(), "my_app::db");
/// # });
/// ```
pub async fn tracking_report_of(target: &str) -> TrackingReport {
    let origin = ProbeSource::new();
    let mut rows = runtime::rows(&origin).await;
    rows.extend(flows::rows(&origin));
    rows.extend(streams::rows(&origin));
    rows.extend(spans::rows(&origin, target));
    TrackingReport::new(runtime::describe(), target.to_owned(), rows)
}

/// The name of the program's crate, as far as its file tells.
fn program() -> String {
    let file = env::current_exe().ok();
    let name = file.as_deref().and_then(|file| file.file_stem()).map(|name| name.to_string_lossy().into_owned());
    crate_name(&name.unwrap_or_default())
}

/// Without the hash that cargo adds to the names of tests, and with underscores.
fn crate_name(file: &str) -> String {
    let is_hash = |text: &str| text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = file.rsplit_once('-').filter(|(_, hash)| is_hash(hash)).map_or(file, |(name, _)| name);
    name.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_crate_has_no_hash_and_no_hyphens() {
        assert_eq!(crate_name("my-app-0123456789abcdef"), "my_app");
        assert_eq!(crate_name("my-app"), "my_app");
        assert_eq!(crate_name(""), "");
    }
}
