//! Programs that are written twice: against Node's `async_hooks`, and here.
//!
//! They are `pairs/<name>/node.js` and `rust.rs`. Both print what happened in the same words, and `cargo xtask parity`
//! compares.
//!
//! ```text
//! async-hooks-parity <pair> current-thread | multi-thread
//! ```
//!
//! A pair tells only what means something on both sides. What differs on purpose stands beside it in `deviations.toml`.

mod normalise;
mod log;
mod throw;
mod timer;
mod programs;

use std::env;
use std::io::Write;

use anyhow::{Context, bail};
use tokio::runtime::{Builder, Runtime};

fn main() -> anyhow::Result<()> {
    let [pair, runtime] = <[String; 2]>::try_from(Vec::from_iter(env::args().skip(1)))
        .map_err(|_| anyhow::anyhow!("usage: async-hooks-parity <pair> current-thread | multi-thread"))?;
    let program = programs::named(&pair).with_context(|| format!("no pair is named {pair}"))?;
    let runtime = named_runtime(&runtime)?;
    let log = runtime.block_on(program())?;
    // What still lives ends here, and is in the log.
    drop(runtime);
    Ok(std::io::stdout().write_all(log.normalised().as_bytes())?)
}

fn named_runtime(name: &str) -> anyhow::Result<Runtime> {
    let mut builder = match name {
        "current-thread" => Builder::new_current_thread(),
        "multi-thread" => Builder::new_multi_thread(),
        _ => bail!("no runtime is named {name}"),
    };
    Ok(builder.worker_threads(2).enable_all().build()?)
}
