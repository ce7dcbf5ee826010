//! An argument that needs `--cfg tokio_unstable`.

#[async_hooks::main(flavor = "current_thread", unhandled_panic = "shutdown_runtime")]
async fn main() {}
