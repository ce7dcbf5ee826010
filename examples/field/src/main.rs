//! Servers and pools under load, and at each point of a request: whose is this?
//!
//! Each program runs on a multi-thread and on a current-thread runtime. The answers are the values of a local, the chain of
//! triggers, and the ids in log lines. A point must know its own user, unless `tracking_report()`, asked on the same
//! runtime, says that such a point is out of reach; never may it see another's.
//!
//! `cargo xtask prove field` runs this in both builds; under the cfg once more with `--tokio-spans`.

mod witness;
mod points;
mod verdict;
mod lines;
mod runtimes;
mod storm;
mod work;
mod axum_streams;
mod axum_untracked;
mod orders;
mod tonic_stream;
mod tower_buffer;
mod postgres_server;
mod postgres_queries;
mod postgres_pool;
mod actix_layers;
mod actix_routes;
mod actix_server;

use std::error::Error;
use std::process::ExitCode;

use runtimes::Flavor;
use tracing_subscriber::filter::LevelFilter;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<ExitCode, Failure> {
    witness::watch();
    let has_tokio_spans = std::env::args().any(|argument| argument == "--tokio-spans");
    lines::subscribe(if has_tokio_spans { LevelFilter::TRACE } else { LevelFilter::INFO });
    let mut is_right = true;
    for flavor in [Flavor::MultiThread, Flavor::CurrentThread] {
        println!("\n{flavor}");
        is_right &= verdict::judged("axum: bodies and events", &runtimes::run(flavor, axum_streams::run())?);
        is_right &=
            verdict::judged("axum: enter_with, nothing tracked", &runtimes::run(flavor, axum_untracked::run())?);
        is_right &= verdict::judged("tonic: a stream of answers", &runtimes::run(flavor, tonic_stream::run())?);
        is_right &= verdict::judged("tower: one buffer for all", &runtimes::run(flavor, tower_buffer::run())?);
        match postgres_server::start()? {
            Some(server) => {
                let pool = runtimes::run(flavor, postgres_pool::run(server.config()))?;
                is_right &= verdict::judged("deadpool: PostgreSQL", &pool);
            }
            None => println!("  deadpool: PostgreSQL: skipped, neither `initdb` nor `FIELD_POSTGRES` is there"),
        }
        is_right &= verdict::judged("actix-web", &actix_server::run(flavor)?);
    }
    is_right &= lines::judged();
    Ok(if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
