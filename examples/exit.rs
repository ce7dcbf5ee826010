//! `exit` runs a closure outside the current context, `exit_scope` a future.
//!
//! An audit entry must be written even if the transaction around it is rolled back. Afterwards the local has its
//! previous value.
//!
//! ```text
//! transaction 42  UPDATE accounts SET balance = balance - 10 WHERE id = 1
//! autocommit      INSERT INTO audit VALUES ('alice moves 10')
//! transaction 42  UPDATE accounts SET balance = balance + 10 WHERE id = 2
//! …
//! ```
//!
//! Node: `asyncLocalStorage.exit(callback)`.

use std::error::Error;

use async_hooks::AsyncLocal;
use async_hooks::tokio::spawn;

static TRANSACTION: AsyncLocal<u32> = AsyncLocal::new().named("transaction");

/// The bottom of the program: it joins whatever transaction is open where it is called.
async fn execute(statement: &str) -> Option<u32> {
    tokio::task::yield_now().await;
    let transaction = TRANSACTION.with(|number| number.copied());
    let place = transaction.map_or("autocommit".to_owned(), |number| format!("transaction {number}"));
    println!("{place:<16}{statement}");
    transaction
}

async fn transfer() -> Result<(), Box<dyn Error>> {
    assert_eq!(execute("UPDATE accounts SET balance = balance - 10 WHERE id = 1").await, Some(42));

    // A future is run outside by `exit_scope`: `exit` would only make it there, and poll it here.
    let audit = TRANSACTION.exit_scope(execute("INSERT INTO audit VALUES ('alice moves 10')"));
    assert_eq!(audit.await, None);

    // What is spawned outside stays outside, for as long as it runs.
    let notify = TRANSACTION.exit(|| spawn(execute("INSERT INTO mails VALUES ('to bob')")));
    assert_eq!(execute("UPDATE accounts SET balance = balance + 10 WHERE id = 2").await, Some(42));
    assert_eq!(notify.await?, None);
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    TRANSACTION.scope(42_u32, transfer()).await?;
    assert_eq!(execute("SELECT 1").await, None);
    Ok(())
}
