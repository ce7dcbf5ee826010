//! Spans and numbers go to collectors and stores that others wrote, and are read back whole.
//!
//! `cargo xtask prove collectors` runs all parts; words select some, as in `cargo xtask prove collectors rotel`. What is not
//! installed is skipped, with its name. Python's packages are looked for in `python3`, and in the interpreters that
//! `COLLECTORS_PYTHON` names, separated by colons.

mod clock;
mod note;
mod witness;
mod exporter;
mod port;
mod process;
mod calls;
mod shop;
mod service;
mod hostile;
mod numbers;
mod export_runtime;
mod switches;
mod work;
mod busy;
mod python;
mod orders;
mod span;
mod verdict;
mod facts;
mod expected;
mod comparison;
mod recorded;
mod tap;
mod unzipped;
mod rotel;
mod phoenix_pages;
mod phoenix;
mod rows;
mod pairs;
mod clickhouse;
mod npm;
mod node_span;
mod whole;
mod node;
mod promtool;
mod promql;
mod prometheus;
mod load;
mod threads;
mod cores;
mod collector;
mod round;
mod outage_subject;
mod outage_rounds;
mod change;
mod outage;
mod parts;

use std::error::Error;
use std::process::ExitCode;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    let arguments = Vec::from_iter(std::env::args().skip(1));
    match &Vec::from_iter(arguments.iter().map(String::as_str))[..] {
        // What the parts start.
        ["service", name, next] => service::run((*name).to_owned(), (*next).to_owned()).await?,
        ["numbers"] => numbers::run().await?,
        ["busy"] => busy::run().await?,
        ["phoenix-alone"] => phoenix::prove_alone().await?,
        words => return parts::prove(words).await,
    }
    Ok(ExitCode::SUCCESS)
}
