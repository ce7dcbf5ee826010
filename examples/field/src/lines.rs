//! Log lines that say whose they are, compared with the ids and the field at their end.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use async_hooks::AsyncId;
use async_hooks::tracing::{layer, with_async_ids};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::{self, format};
use tracing_subscriber::prelude::*;

use crate::witness::{USER, owners};

static RIGHT: AtomicUsize = AtomicUsize::new(0);
static WRONG: AtomicUsize = AtomicUsize::new(0);

/// A subscriber as servers have it: spans from INFO on, each line with ids and user.
///
/// `tokio` lets tokio's own spans pass as well, which only exist under the cfg.
pub(crate) fn subscribe(tokio: LevelFilter) {
    let line = with_async_ids(format().compact().without_time()).with_field("user", || USER.get());
    let lines = fmt::layer().event_format(line).with_writer(|| Judge).with_filter(LevelFilter::INFO);
    let spans =
        Targets::new().with_default(LevelFilter::INFO).with_target("tokio", tokio).with_target("runtime", tokio);
    tracing_subscriber::registry().with(layer().with_filter(spans)).with(lines).init();
}

/// Prints how many lines were right, and tells whether all of them were.
pub(crate) fn judged() -> bool {
    let (right, wrong) = (RIGHT.load(Relaxed), WRONG.load(Relaxed));
    println!("\nlog lines: {right} with their own ids and user, {wrong} with others");
    wrong == 0 && right > 0
}

/// Reads each line that says `claims=`.
struct Judge;

impl Write for Judge {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes);
        if let Some(caller) = field(&line, "claims=") {
            let is_right = is_right(&line, caller);
            if !is_right && WRONG.load(Relaxed) < 10 {
                print!("WRONG {line}");
            }
            if is_right { &RIGHT } else { &WRONG }.fetch_add(1, Relaxed);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn is_right(line: &str, caller: &str) -> bool {
    let id = field(line, " async_id=").and_then(|id| id.parse::<AsyncId>().ok());
    let owners = id.map(owners).unwrap_or_default();
    let user = field(line, " user=");
    let is_users = user == (!caller.starts_with("anonymous")).then_some(caller);
    is_users && !owners.is_empty() && owners.iter().all(|owner| **owner == *caller)
}

fn field<'line>(line: &'line str, name: &str) -> Option<&'line str> {
    let (_, value) = line.split_once(name)?;
    value.split_whitespace().next()
}
