//! A case that runs in Node: a child process that takes turns with the other cases.

use std::fmt;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use crate::case::Case;

/// Time of one operation of `benches/node/<script> <arguments>`; none without Node.
#[must_use]
pub fn node_case(name: &'static str, script: &'static str, arguments: &'static [&'static str]) -> Option<Case> {
    Command::new("node").arg("--version").output().ok().filter(|output| output.status.success())?;
    let node = Mutex::new(None);
    let repeat = move |times| {
        let mut node = node.lock().map_err(|_| io::Error::other("another sample failed"))?;
        let running = match node.take() {
            Some(running) => running,
            None => Node::start(script, arguments)?,
        };
        node.insert(running).repeat(times)
    };
    Some(Case::peer(name, move |sample| sample.time_elsewhere(|times| measured(name, repeat(times)))).only_timed())
}

/// A Node that fails prints why, and its case gets a cost of NaN.
fn measured(name: &str, took: io::Result<Duration>) -> Duration {
    took.unwrap_or_else(|error| {
        anstream::eprintln!("{name}: {error}");
        Duration::MAX
    })
}

struct Node {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Node {
    fn start(script: &str, arguments: &[&str]) -> io::Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("node").join(script);
        let mut command = Command::new("node");
        let mut child = command.arg(script).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (orders, answers) = (child.stdin.take(), child.stdout.take());
        let answers = answers.ok_or_else(|| io::Error::other("no pipe"))?;
        Ok(Node { child, orders, answers: BufReader::new(answers) })
    }

    fn repeat(&mut self, times: u64) -> io::Result<Duration> {
        if let Some(orders) = &mut self.orders {
            writeln!(orders, "{times}")?;
        }
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        let nanoseconds = answer.trim().parse().map_err(|_| io::Error::other(format!("Node answers {answer:?}")))?;
        Ok(Duration::from_nanos(nanoseconds))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // The closed pipe is its last order; a Node that did not live to read it has ended as well.
        drop(self.orders.take());
        let _ = self.child.wait();
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("child", &self.child).finish_non_exhaustive()
    }
}
