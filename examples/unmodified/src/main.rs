//! Programs from crates.io, as they are: does the recording have each task and its cause?
//!
//! mini-redis, axum, reqwest and sqlx run under load on a multi-thread and on a current-thread runtime in automatic mode. What
//! the flight recorder says of their tasks is compared with what tokio itself says.
//!
//! `cargo xtask prove unmodified` runs this, once more with `--tokio-spans`. `--save FOLDER` keeps the recordings.

mod witness;
mod runtimes;
mod cast;
mod manner;
mod settled;
mod recorded;
mod causes;
mod chains;
mod agreement;
mod edges;
mod claims;
mod verdict;
mod storm;
mod redis_calls;
mod redis;
mod web_routes;
mod web_calls;
mod web;
mod sql_calls;
mod sql;
mod sqlite;
mod postgres_server;
mod postgres;

use std::env;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use manner::Manner;
use runtimes::Flavor;
use tracing_subscriber::prelude::*;
use verdict::Verdict;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<ExitCode, Failure> {
    witness::watch();
    let has_tokio_spans = env::args().any(|argument| argument == "--tokio-spans");
    if has_tokio_spans {
        tracing_subscriber::registry().with(async_hooks::tracing::layer()).try_init()?;
    }
    let folder = env::args().skip_while(|argument| argument != "--save").nth(1).map(PathBuf::from);
    let mut verdict = Verdict::new(has_tokio_spans, folder);
    // What tokio's spans are about besides tasks, nobody says independently; so their recordings must be whole.
    let manners = if has_tokio_spans { &Manner::ALL[..2] } else { &Manner::ALL[..] };
    for flavor in [Flavor::MultiThread, Flavor::CurrentThread] {
        for &manner in manners {
            println!("\n{flavor}, {manner}");
            verdict.judge("mini-redis", recorded::run(flavor, manner, redis::run())?, redis::EDGES)?;
            verdict.judge("axum and reqwest", recorded::run(flavor, manner, web::run())?, web::EDGES)?;
            verdict.judge("sqlx, SQLite", recorded::run(flavor, manner, sqlite::run())?, sql::EDGES)?;
            match postgres_server::start()? {
                Some(server) => {
                    let recorded = recorded::run(flavor, manner, postgres::run(server.url()))?;
                    verdict.judge("sqlx, PostgreSQL", recorded, sql::EDGES)?;
                }
                None => println!("  sqlx, PostgreSQL: skipped, `initdb` is not there"),
            }
        }
    }
    Ok(if verdict.is_right() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
