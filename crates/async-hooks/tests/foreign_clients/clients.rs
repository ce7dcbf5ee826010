//! The clients, and how each of them is asked to send many requests.

use std::fmt;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A program of others, and how it is called.
pub(crate) struct Client {
    name: &'static str,
    program: &'static str,
    arguments: fn(&mut Command, SocketAddr, seconds: u32),
}

pub(crate) const CLIENTS: [Client; 5] = [
    Client { name: "wrk", program: "wrk", arguments: wrk },
    Client { name: "h2load, HTTP/2", program: "h2load", arguments: h2load },
    Client {
        name: "h2load, HTTP/1.1",
        program: "h2load",
        arguments: |command, server, seconds| {
            command.arg("--h1");
            h2load(command, server, seconds);
        },
    },
    Client { name: "curl", program: "curl", arguments: curl },
    Client { name: "Node's undici", program: "node", arguments: undici },
];

impl Client {
    pub(crate) fn is_installed(&self) -> bool {
        Command::new(self.program).arg("--version").output().is_ok()
    }

    /// Waits until the client has ended.
    pub(crate) fn run(&self, server: SocketAddr, seconds: u32) -> Output {
        let mut command = Command::new(self.program);
        (self.arguments)(&mut command, server, seconds);
        command.env("NO_PROXY", "127.0.0.1").output().unwrap()
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A file beside this one.
fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/foreign_clients").join(name)
}

/// Its script sends an id and a trace with each request, and looks at each response.
fn wrk(command: &mut Command, server: SocketAddr, seconds: u32) {
    command.args(["--threads", "2", "--connections", "64", "--duration", &format!("{seconds}s")]);
    command.arg("--script").arg(script("wrk.lua")).arg(format!("http://{server}/"));
}

/// Eight streams at once on each connection, or one in HTTP/1.1; neither an id nor a trace.
fn h2load(command: &mut Command, server: SocketAddr, seconds: u32) {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("urls-of-h2load");
    let kinds = ["plain", "scattered", "streamed"];
    let urls: String = (0..2000).map(|number| format!("http://{server}/{}/{number}\n", kinds[number % 3])).collect();
    fs::write(&file, urls).unwrap();
    command.args(["--clients", "32", "--threads", "2", "--max-concurrent-streams", "8"]);
    command.args(["--requests", &(seconds * 4000).to_string(), "--input-file"]).arg(file);
}

/// One process, many connections; `--fail` makes its status that of the responses.
///
/// HTTP/1.1 only: curl 7.88 fails at the second request of an HTTP/2 connection, also with nghttpd.
fn curl(command: &mut Command, server: SocketAddr, seconds: u32) {
    command.args(["--silent", "--show-error", "--fail", "--parallel", "--parallel-max", "16", "--output", "/dev/null"]);
    command.arg(format!("http://{server}/{{plain,scattered,streamed}}/[1-{}]", seconds * 100));
}

/// Its script sends ids and traces with every second request, and looks at each response.
fn undici(command: &mut Command, server: SocketAddr, seconds: u32) {
    command.arg(script("undici.mjs")).arg(format!("http://{server}")).arg((seconds * 1000).to_string());
}
