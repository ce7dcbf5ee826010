//! A SQLite database in a folder that goes away with it.

use sqlx::{ConnectOptions as _, any::AnyConnectOptions};
use tempfile::TempDir;

use crate::cast::Cast;
use crate::{Failure, sql};

pub(crate) async fn run() -> Result<Cast, Failure> {
    let folder = TempDir::new()?;
    let url = format!("sqlite://{}/visits?mode=rwc", folder.path().display());
    sqlx::any::install_default_drivers();
    // Stays so in the file: readers do not wait for who writes.
    let mut first = url.parse::<AnyConnectOptions>()?.connect().await?;
    sqlx::query("PRAGMA journal_mode = WAL").execute(&mut first).await?;
    sql::run(&url).await
}
