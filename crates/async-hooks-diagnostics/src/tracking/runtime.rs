//! What is tried on a tokio runtime.

use async_hooks_tokio::automatic;
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::tracking::origin::ProbeSource;
use crate::tracking::tracking_row::TrackingRow;
use crate::tracking::{tasks, wakes};

pub(crate) async fn rows(origin: &ProbeSource) -> Vec<TrackingRow> {
    if Handle::try_current().is_err() {
        return vec![TrackingRow::new("tokio::spawn", None).with_remark("no runtime here: ask inside of one")];
    }
    let Some(mut rows) = tasks::rows(origin).await else {
        let remark = "was not run: nothing drives this runtime, or it is blocked";
        return vec![TrackingRow::new("tokio::spawn", None).with_remark(remark)];
    };
    rows.extend(wakes::rows(origin).await);
    rows
}

/// The current runtime, in words.
pub(crate) fn describe() -> String {
    let build = if automatic() { "with" } else { "without" };
    let runtime = match Handle::try_current() {
        Err(_) => "no runtime".to_owned(),
        Ok(handle) if handle.runtime_flavor() == RuntimeFlavor::CurrentThread => "a current-thread runtime".to_owned(),
        Ok(handle) => format!("a multi-thread runtime ({} workers)", handle.metrics().num_workers()),
    };
    format!("{runtime}, built {build} `--cfg tokio_unstable`")
}
