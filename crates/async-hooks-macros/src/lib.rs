//! `#[async_hooks::main]` and `#[async_hooks::test]`.
//!
//! They are tokio's attributes, with every task of the runtime tracked.
//!
//! Applications use them through `async-hooks`, with the feature `macros`.
//!
//! | argument | values | without it |
//! |---|---|---|
//! | `flavor` | `"multi_thread"`, `"current_thread"`, `"local"` | `main`: `"multi_thread"`; `test`: `"current_thread"` |
//! | `worker_threads` | a number; needs `"multi_thread"` | one for each core |
//! | `start_paused` | `true`, `false`; needs a runtime with one thread and tokio's feature `test-util` | `false` |
//! | `unhandled_panic` | `"ignore"`, `"shutdown_runtime"`; needs a runtime with one thread and `--cfg tokio_unstable` | `"ignore"` |
//! | `name` | the name of the runtime | none |
//! | `crate` | the path of `async_hooks`, where it has another name | `"async_hooks"` |
//! | `leaks` | `"ignore"` or `"fail_on_unseen"`; on tests, with the feature `diagnostics` | a test that leaks fails |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod argument;

mod arguments;

mod function;

mod expansion;

use proc_macro::TokenStream;

/// Runs an `async fn main` on a tokio runtime that tracks all its tasks.
///
/// It is `#[tokio::main]` with the same arguments. Built with `--cfg tokio_unstable`, the runtime tracks every task, also those
/// that libraries spawn: this line is all that automatic mode needs. Without the cfg it is tokio's runtime as it is, and
/// `async_hooks::tokio::spawn` tracks what it spawns.
///
/// # Examples
///
/// ```
/// use async_hooks::{AsyncId, execution_async_id};
///
/// #[async_hooks::main]
/// async fn main() {
///     let id = tokio::spawn(async { execution_async_id() }).await.unwrap();
///     assert_eq!(id != AsyncId::ROOT, async_hooks::tokio::automatic());
/// }
/// ```
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expansion::main(arguments.into(), item.into()).into()
}

/// Runs an `async fn` as a test, on a tokio runtime that tracks all its tasks.
///
/// It is `#[tokio::test]` with the same arguments. With the feature `diagnostics` the test fails, on its own line, if something
/// that it has started outlives it; `leaks = "ignore"` lets it pass, and
/// `leaks = "fail_on_unseen"` also fails it for a plain `tokio::spawn` that outlives it and that nothing tracks.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tokio::time::{Instant, sleep};
///
/// #[async_hooks::test(start_paused = true)]
/// async fn a_timer_is_done_at_once() {
///     let begin = Instant::now();
///     sleep(Duration::from_secs(60)).await;
///     assert!(begin.elapsed() >= Duration::from_secs(60));
/// }
/// ```
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expansion::test(arguments.into(), item.into()).into()
}

#[cfg(doctest)]
mod readme {
    #![doc = include_str!("../README.md")]
}
