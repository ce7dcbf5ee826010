//! Values follow the tasks that axum, tower, reqwest and sqlx spawn, without any wrapper.
//!
//! The value that a handler sets is read in the tasks that these libraries spawn for it. Each task knows which resource
//! caused it, and which line of which crate spawned it.
//!
//! `RUSTFLAGS="--cfg tokio_unstable" cargo run -p async-hooks-examples --example automatic --features automatic`

mod seen;
mod server;
mod tree;

use std::error::Error;

use async_hooks::{AsyncId, AsyncLocal, tokio::BuilderExt as _};
use tokio::runtime::Builder;

static USER: AsyncLocal<String> = AsyncLocal::new().named("user");

type Failure = Box<dyn Error + Send + Sync>;

/// What spawned what: two visits, each by a connection of its own.
const SHAPE: &str = "tower sqlx-core \
    examples(axum(tower(hyper-util sqlx-core)) axum axum(tower(hyper-util sqlx-core)) axum) hyper-util hyper-util";

fn main() -> Result<(), Failure> {
    tree::watch();
    // All that it takes. Without `--cfg tokio_unstable` it does not compile, and the compiler says what to do.
    let runtime = Builder::new_multi_thread().enable_all().async_hooks().build()?;
    runtime.block_on(visit(["alice", "bob"]))?;

    println!("Every task, below the one that caused it, and the line that spawned it:\n");
    tree::print(AsyncId::ROOT, "  ");
    let shape = tree::shape(AsyncId::ROOT);
    (shape == SHAPE).then_some(()).ok_or_else(|| format!("{shape}\nis not\n{SHAPE}").into())
}

async fn visit(users: [&str; 2]) -> Result<(), Failure> {
    let mut notes = seen::NOTES.subscribe();
    let url = server::start().await?;
    println!("Who is it for? Asked in the tasks that each package spawned:\n");
    for user in users {
        server::client()?.get(format!("{url}/visit/{user}")).send().await?.error_for_status()?;
        seen::print_and_check(&mut notes, user).await?;
    }
    Ok(())
}
