//! What is tracked here? A program asks its own runtime and its own subscriber.
//!
//! The report tries a task, a blocking job, a thread, a stream and so on, each once plain and once with its wrapper, and
//! a span at each level. It says which are resources with the values of their spawner, and for each gap what to write.
//!
//! Run it in both builds: with `--cfg tokio_unstable` plain tasks are tracked as well.

use std::error::Error;

use async_hooks::diagnostics::{Report as _, tracking_report};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

#[async_hooks::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // A subscriber as programs have it: spans below INFO do not exist, so they carry no values.
    let format = tracing_subscriber::fmt::layer().with_filter(LevelFilter::INFO);
    tracing_subscriber::registry()
        .with(async_hooks::tracing::layer().with_filter(LevelFilter::INFO))
        .with(format)
        .init();

    let report = tracking_report().await;
    report.print();

    let row = |what: &str| report.rows().iter().find(|row| row.what() == what).ok_or(what.to_owned());
    let wrapped = row("async_hooks::tokio::spawn")?;
    assert_eq!((wrapped.is_tracked(), wrapped.carries_values()), (Some(true), Some(true)));
    // Plain tasks are tracked in the one build, and in the other the report says what to write.
    let plain = row("tokio::spawn")?;
    assert_eq!(plain.is_tracked(), Some(async_hooks::tokio::automatic()));
    assert_eq!(plain.remedy().is_none(), async_hooks::tokio::automatic());
    let span = row("span at INFO")?;
    assert_eq!((span.is_tracked(), span.carries_values()), (Some(true), Some(true)));
    assert_eq!(row("span at DEBUG")?.remark(), Some("filtered out"));
    Ok(())
}
