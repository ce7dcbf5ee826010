//! A PostgreSQL server of our own, in a folder that goes away with it.

use std::env;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::Failure;

pub(crate) struct PostgresServer {
    config: String,
    process: Option<Child>,
    _folder: TempDir,
}

/// Starts a server, or uses that of `FIELD_POSTGRES`; None without either.
///
/// The variable holds what `tokio_postgres::Config` reads.
pub(crate) fn start() -> Result<Option<PostgresServer>, Failure> {
    let folder = TempDir::new()?;
    if let Ok(config) = env::var("FIELD_POSTGRES") {
        return Ok(Some(PostgresServer { config, process: None, _folder: folder }));
    }
    let Some(programs) = programs() else { return Ok(None) };
    let data = folder.path().join("data");
    fs::create_dir(&data)?;
    let user = unprivileged(folder.path(), &data)?;
    let command = |name: &str| {
        let mut command = Command::new(programs.join(name));
        command.current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null()).arg("-D").arg(&data);
        user.map(|user| command.uid(user).gid(user));
        command
    };
    let status = command("initdb").args(["--auth=trust", "--no-sync", "--username=field"]).status()?;
    if !status.success() {
        return Err(format!("initdb: {status}").into());
    }
    let socket = folder.path().display().to_string();
    let process = command("postgres").args(["-c", "listen_addresses=", "-c", "fsync=off", "-k", &socket]).spawn()?;
    let config = format!("host={socket} user=field dbname=postgres");
    Ok(Some(PostgresServer { config, process: Some(process), _folder: folder }))
}

/// Where `initdb` is: in the `PATH`, or where Debian puts it.
fn programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let debian =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    env::split_paths(&path).chain(debian).find(|folder| folder.join("initdb").exists())
}

/// PostgreSQL does not run as root: there, `nobody` owns the folder and runs the server.
fn unprivileged(folder: &Path, data: &Path) -> Result<Option<u32>, Failure> {
    const NOBODY: u32 = 65534;
    if fs::metadata(folder)?.uid() != 0 {
        return Ok(None);
    }
    [folder, data].into_iter().try_for_each(|path| chown(path, Some(NOBODY), Some(NOBODY)))?;
    Ok(Some(NOBODY))
}

impl PostgresServer {
    /// What `tokio_postgres::Config` reads.
    pub(crate) fn config(&self) -> &str {
        &self.config
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
