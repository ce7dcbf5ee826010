//! Three services in processes of their own: one trace, and one chain of triggers.
//!
//! A calls B, and B calls C. Each says which resource of which process has called it, so the chain can be
//! followed back from C to the line of A's handler. The program starts itself three times.
//!
//! ```text
//! trace 3b4cff6a7582b918c46025a4089653e7
//! └─ A request 2 of process 26fe586590c36b59, sent by somebody outside
//!    └─ B request 2 of process a4983f44779147d4, sent by 2 of process 26fe586590c36b59
//!       └─ C request 2 of process 4ba6ca22d509dd01, sent by 2 of process a4983f44779147d4
//! ```
//!
//! Node: three servers with an OpenTelemetry propagator; the trigger ids end at the border of each.

mod service;

use std::env;
use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use service::Hop;

/// Ends the process when it is dropped.
struct Service {
    process: Child,
    url: String,
}

impl Service {
    /// Starts this program as a service, which calls `next`, and reads from it where it listens.
    fn start(name: &str, next: &str) -> Result<Self, Box<dyn Error>> {
        let mut process = Command::new(env::current_exe()?);
        let mut process = process.args([name, next]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut url)?;
        Ok(Service { process, url: url.trim().to_owned() })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if let [_, name, next] = &env::args().collect::<Vec<_>>()[..] {
        return service::run(name.clone(), next.clone()).await;
    }
    let c = Service::start("C", "")?;
    let b = Service::start("B", &c.url)?;
    let a = Service::start("A", &b.url)?;

    let client = reqwest::Client::builder().no_proxy().build()?;
    let hops: Vec<Hop> = client.get(&a.url).send().await?.error_for_status()?.json().await?;
    println!("trace {}", hops[0].trace_id);
    for (depth, hop) in hops.iter().enumerate() {
        let (indent, caller) = ("   ".repeat(depth), hop.caller.as_deref().unwrap_or("somebody outside"));
        println!("{indent}└─ {} request {} of process {}, sent by {caller}", hop.service, hop.async_id, hop.process);
    }
    assert_eq!(hops.iter().map(|hop| &*hop.service).collect::<Vec<_>>(), ["A", "B", "C"]);
    for (caller, callee) in hops.iter().zip(&hops[1..]) {
        assert_eq!(callee.caller, Some(format!("{} of process {}", caller.async_id, caller.process)));
        assert_eq!(callee.trace_id, caller.trace_id);
        assert_ne!(callee.process, caller.process);
    }
    Ok(())
}
