//! An argument that needs a feature.

#[async_hooks::test(leaks = "ignore")]
async fn leaves_a_task() {}

fn main() {}
