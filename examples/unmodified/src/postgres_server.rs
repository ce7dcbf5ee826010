//! A PostgreSQL server of our own, in a folder that goes away with it.

use std::env;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::Failure;

pub(crate) struct PostgresServer {
    /// Where `initdb` and `pg_ctl` are.
    programs: PathBuf,
    folder: TempDir,
    user: Option<u32>,
}

/// Starts a server, and waits until it answers; None without `initdb`.
pub(crate) fn start() -> Result<Option<PostgresServer>, Failure> {
    let Some(programs) = programs() else { return Ok(None) };
    let folder = TempDir::new()?;
    let user = unprivileged(folder.path())?;
    let server = PostgresServer { programs, folder, user };
    let socket = server.folder.path().display();
    let options = format!("-c listen_addresses= -c fsync=off -k {socket}");
    server.run("initdb", &["--auth=trust", "--no-sync", "--username=unmodified"])?;
    server.run("pg_ctl", &["--wait", "--options", &options, "start"])?;
    Ok(Some(server))
}

/// In the `PATH`, or where Debian puts it.
fn programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let debian =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    env::split_paths(&path).chain(debian).find(|folder| folder.join("initdb").exists())
}

/// PostgreSQL does not run as root: there, `nobody` owns the folder and runs the server.
fn unprivileged(folder: &Path) -> Result<Option<u32>, Failure> {
    const NOBODY: u32 = 65534;
    if fs::metadata(folder)?.uid() != 0 {
        return Ok(None);
    }
    chown(folder, Some(NOBODY), Some(NOBODY))?;
    Ok(Some(NOBODY))
}

impl PostgresServer {
    pub(crate) fn url(&self) -> String {
        format!("postgres://unmodified@localhost/postgres?host={}", self.folder.path().display())
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), Failure> {
        let mut command = Command::new(self.programs.join(program));
        command.arg("-D").arg(self.folder.path().join("data")).args(arguments).current_dir(self.folder.path());
        self.user.map(|user| command.uid(user).gid(user));
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err(format!("{program}: {status}").into()) }
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let _ = self.run("pg_ctl", &["--mode", "immediate", "stop"]);
    }
}
