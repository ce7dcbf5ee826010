//! On whose behalf does each line run?
//!
//! A real server on loopback, asked by a real client, says so in its own log.
//!
//! Three keep-alive clients send requests at once. `RequestLayer` makes each request a resource; its handler spawns a task,
//! blocking work and a timer. Wherever they run, all of them know their async id, what triggered them, the request's id
//! and its store (a `StoreMap`), and the client checks every value. One handler forgets a task that never
//! ends; a hook finds it, and says which line spawned it on behalf of which request.

mod client;
mod leak_hook;
mod seen;
mod server;

use std::error::Error;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use async_hooks::http::request_id;
use async_hooks::{AsyncHook, StoreMap};
use leak_hook::LeakHook;
use server::Server;
use tracing_subscriber::{filter::FilterFn, fmt, prelude::*};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    log_with_async_ids();
    let stores = StoreMap::new();
    stores.enable();
    let leaks = Arc::new(LeakHook::default());
    AsyncHook::new(Arc::clone(&leaks)).enable();

    println!("The server's log, each line with the ids of what it ran for:\n");
    let server = Server::start(stores).await?;
    let answers = client::ask_concurrently(server.url()).await?;

    println!(
        "\nThe async ids that each part of a request saw, wherever it ran; the handler's is the trigger of the others:\n"
    );
    let checked = client::print_and_check(&answers)?;
    println!("\n  {checked} values right, over {} keep-alive connections", server.connections());
    server.stop().await?;

    println!("\nStill alive, though all requests are answered:\n");
    let leaked = leaks.older_than(Duration::from_millis(10));
    leaked.iter().for_each(|leak| println!("{leak}"));
    server::is_the_planted_leak(&leaked)
        .then_some(())
        .ok_or_else(|| "the planted leak, and no other, was to be found".into())
}

/// The format appends the request's id and the ids of what executes to each line.
fn log_with_async_ids() {
    let format = fmt::format().compact().without_time().with_target(false);
    let format = async_hooks::tracing::with_async_ids(format).with_field("request_id", request_id);
    let colours = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let ours = FilterFn::new(|metadata| metadata.target().starts_with("quickstart"));
    let lines = fmt::layer().with_ansi(colours).event_format(format).with_filter(ours);
    tracing_subscriber::registry().with(lines).init();
}
