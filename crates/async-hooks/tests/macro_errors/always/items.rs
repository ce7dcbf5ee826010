//! Items that the attributes cannot be on.

#[async_hooks::main]
fn not_async() {}

#[async_hooks::test]
struct NoFunction;

#[async_hooks::test]
#[test]
async fn a_test_twice() {}

#[async_hooks::main]
async fn main(arguments: Vec<String>) {}
