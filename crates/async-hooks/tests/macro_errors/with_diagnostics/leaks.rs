//! A value that makes no sense.

#[async_hooks::test(leaks = "expect")]
async fn leaves_a_task() {}

fn main() {}
