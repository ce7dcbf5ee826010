//! Arguments that the attributes do not take.

#[async_hooks::main(flavour = "current_thread")]
async fn unknown() {}

#[async_hooks::main(current_thread)]
async fn a_flavor_alone() {}

#[async_hooks::main(flavor)]
async fn without_a_value() {}

#[async_hooks::main(flavor = single_thread)]
async fn no_literal() {}

#[async_hooks::main(flavor = "single_thread")]
async fn unknown_flavor() {}

#[async_hooks::test(worker_threads = 2)]
async fn workers_of_one_thread() {}

#[async_hooks::main(worker_threads = 0)]
async fn no_workers() {}

#[async_hooks::main(start_paused = true)]
async fn paused_threads() {}

#[async_hooks::test(start_paused = "yes")]
async fn paused_by_a_string() {}

#[async_hooks::main(flavor = "current_thread", flavor = "multi_thread")]
async fn given_twice() {}

#[async_hooks::main(crate = "no path")]
async fn no_path() {}

#[async_hooks::main(leaks = "ignore")]
async fn leaks_of_main() {}

fn main() {}
