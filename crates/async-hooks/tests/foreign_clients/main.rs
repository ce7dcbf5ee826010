//! Clients that nobody here wrote: each request is one resource, and sees its own values.
//!
//! Each of them runs for a second here, and for half a minute in `cargo xtask prove clients`. One that is not installed is
//! skipped, and the test says so. What a handler saw is in its response; what a client sent, and what it got back, is compared
//! outside of the layer, and by those clients that can.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

#[path = "../load/alive.rs"]
mod alive;
mod clients;
mod server;

use std::env;
use std::sync::Arc;

use alive::Alive;
use async_hooks::{AsyncHook, Hook};
use clients::CLIENTS;
use server::Server;
use tokio::runtime::Builder;

fn seconds() -> u32 {
    env::var("CLIENT_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(1)
}

#[test]
#[allow(clippy::print_stderr, reason = "the figures of a proof are for its reader, and so is what was skipped")]
fn requests_of_foreign_clients_see_their_own_values_and_leave_nothing() {
    let alive = Arc::new(Alive::default());
    let hook = AsyncHook::new(Arc::clone(&alive) as Arc<dyn Hook>);
    hook.enable();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (mut requests, mut answers) = (0, 0);
    for client in CLIENTS {
        if !client.is_installed() {
            eprintln!("{client}: skipped, it is not installed");
            continue;
        }
        let server = runtime.block_on(Server::start());
        let output = client.run(server.address(), seconds());
        let counts = runtime.block_on(server.stop());
        let (asked, answered, mixed_up) = (counts.asked, counts.answered, counts.mixed_up);
        eprintln!("{client}: {asked} requests, {answered} answered, {mixed_up} mixed up");
        assert_eq!(mixed_up, 0, "{client}: {}", counts.first_mix_up);
        assert!(output.status.success(), "{client}: {output:?}");
        assert!(answered > 0, "{client}: {output:?}");
        requests += asked;
        answers += answered;
    }
    drop(runtime);
    hook.disable();
    assert_eq!(alive.report(), "", "alive");
    assert_eq!(alive.requests(), requests, "each request is one resource");
    assert_eq!(alive.resolved(), answers, "each request resolves when its body has ended");
}
