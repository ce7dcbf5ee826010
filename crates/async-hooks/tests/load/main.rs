//! A server under load: all code sees the values of its own request, and nothing stays.
//!
//! 5,000 requests here, after a warm-up; `cargo xtask prove load` sends 1,000,000, and looks at the memory as well. There the
//! allocator has one arena: with one for each thread, what is resident depends on which thread happens to free what.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod alive;
mod checks;
mod clients;
mod memory;
mod server;

use std::env;
use std::sync::Arc;

use alive::Alive;
use async_hooks::{AsyncHook, Hook};
use checks::Checks;
use clients::Outcomes;
use server::Server;
use tokio::runtime::Builder;

const CONNECTIONS: usize = 256;

/// The requests are sent in parts, after each of which the memory is read.
const FIFTHS: usize = 5;

/// The number of requests from which on the memory is compared.
///
/// With fewer, the allocator and the pools still grow.
const ENOUGH_FOR_MEMORY: usize = 1_000_000;

fn requests() -> usize {
    env::var("LOAD_REQUESTS").ok().and_then(|requests| requests.parse().ok()).unwrap_or(5_000)
}

#[test]
fn under_load_nobody_sees_a_value_of_another_and_nothing_stays() {
    let (requests, checks, alive) = (requests(), Checks::install(), Arc::new(Alive::default()));
    let sent = requests / FIFTHS * (FIFTHS + 1);
    let hook = AsyncHook::new(Arc::clone(&alive) as Arc<dyn Hook>);
    hook.enable();

    // Few threads, because the memory of a thread is not that of a request.
    let runtime = Builder::new_multi_thread().worker_threads(2).max_blocking_threads(4).enable_all().build().unwrap();
    let (outcomes, resident) = runtime.block_on(async {
        let server = Server::start().await;
        // The allocator keeps what the busiest moment has needed, so one part more comes first.
        let mut outcomes = clients::ask(server.address(), CONNECTIONS, requests / FIFTHS).await;
        let mut resident = Vec::new();
        for _ in 0..FIFTHS {
            outcomes += clients::ask(server.address(), CONNECTIONS, requests / FIFTHS).await;
            resident.push(memory::resident());
        }
        server.stop().await;
        (outcomes, resident)
    });
    drop(runtime);
    hook.disable();

    print_figures(&checks, &outcomes, &alive, &resident);
    assert_eq!(checks.mixed_up(), 0, "{}", checks.first_mix_up());
    assert!(checks.passed() > sent && checks.lines() == checks.passed());
    assert_eq!(outcomes.asked(), sent);
    assert!(outcomes.kinds().iter().all(|count| *count > 0), "{outcomes:?}");
    assert_eq!(alive.report(), "", "alive");
    assert_eq!(alive.requests(), sent, "each request is one resource");
    assert_eq!(alive.resolved(), outcomes.read_to_the_end(), "what was read to its end has resolved, and nothing else");
    if requests >= ENOUGH_FOR_MEMORY {
        let (first, last) = (resident[0], resident[FIFTHS - 1]);
        assert!(last <= first + first / 20, "{first} KiB resident after a fifth, {last} KiB at the end");
    }
}

#[allow(clippy::print_stderr, reason = "the figures of a proof are for its reader")]
fn print_figures(checks: &Checks, outcomes: &Outcomes, alive: &Alive, resident: &[usize]) {
    let (passed, lines, mixed_up) = (checks.passed(), checks.lines(), checks.mixed_up());
    eprintln!("{outcomes:?}\n{passed} checks and {lines} log lines, {mixed_up} mixed up");
    eprintln!(
        "{} requests, {} resolved; KiB resident after each fifth: {resident:?}",
        alive.requests(),
        alive.resolved()
    );
}
