//! A server under load: each piece of code sees the values of its own request, and nothing stays.
//!
//! 4,000 requests here; `cargo xtask prove load` sends 1,000,000, and looks at the memory as well.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod checks;
mod clients;
mod memory;
mod server;

use std::env;
use std::sync::Arc;

use async_hooks::{AsyncHook, Hook};
use checks::Checks;
use clients::Outcomes;
use memory::Alive;
use server::Server;
use tokio::runtime::Builder;

const CONNECTIONS: usize = 256;

/// From how many requests on the memory is compared: before that, the allocator and the pools still grow.
const ENOUGH_FOR_MEMORY: usize = 1_000_000;

fn requests() -> usize {
    env::var("LOAD_REQUESTS").ok().and_then(|requests| requests.parse().ok()).unwrap_or(4_000)
}

#[test]
fn under_load_nobody_sees_a_value_of_another_and_nothing_stays() {
    let (requests, checks, alive) = (requests(), Checks::install(), Arc::new(Alive::default()));
    let hook = AsyncHook::new(Arc::clone(&alive) as Arc<dyn Hook>);
    hook.enable();

    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (outcomes, first, last) = runtime.block_on(async {
        let server = Server::start().await;
        let mut outcomes = clients::ask(server.address(), CONNECTIONS, requests / 5).await;
        let first = memory::resident();
        outcomes += clients::ask(server.address(), CONNECTIONS, requests - requests / 5).await;
        let last = memory::resident();
        server.stop().await;
        (outcomes, first, last)
    });
    drop(runtime);
    hook.disable();

    eprintln_summary(&checks, &outcomes, &alive, first, last);
    assert_eq!(checks.mixed_up(), 0, "{}", checks.first_mix_up());
    assert!(checks.passed() > requests && checks.lines() > 0);
    assert_eq!(outcomes.asked(), requests);
    assert!(outcomes.kinds().iter().all(|count| *count > 0), "{outcomes:?}");
    assert_eq!(alive.report(), "", "alive");
    assert_eq!(alive.requests(), requests, "each request is one resource");
    assert_eq!(alive.resolved(), outcomes.read_to_the_end(), "what was read to its end has resolved, and nothing else");
    if requests >= ENOUGH_FOR_MEMORY {
        assert!(last <= first + first / 20, "{first} KiB resident after a fifth, {last} KiB at the end");
    }
}

#[allow(clippy::print_stderr, reason = "the figures of a proof are for its reader")]
fn eprintln_summary(checks: &Checks, outcomes: &Outcomes, alive: &Alive, first: usize, last: usize) {
    eprintln!(
        "{outcomes:?}\n{} checks and {} log lines, {} mixed up; {} requests, {} resolved; {first} KiB, then {last} KiB resident",
        checks.passed(),
        checks.lines(),
        checks.mixed_up(),
        alive.requests(),
        alive.resolved(),
    );
}
