//! Many callers at once, some of whom are aborted.

use tokio::task::JoinSet;

use crate::Failure;
use crate::cast::Cast;

/// Spawns all callers, aborts those for whom it holds, and waits for the rest.
pub(crate) async fn run<F>(
    cast: &mut Cast,
    callers: usize,
    call: impl Fn(usize) -> F,
    is_aborted: impl Fn(usize) -> bool,
) -> Result<(), Failure>
where
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    let mut set = JoinSet::new();
    for number in 0..callers {
        let caller = set.spawn(call(number));
        cast.add("a caller", caller.id());
        if is_aborted(number) {
            set.spawn(async move {
                tokio::time::sleep(std::time::Duration::from_micros(200 * (number as u64 % 23))).await;
                caller.abort();
                Ok(())
            });
        }
    }
    while let Some(result) = set.join_next().await {
        match result {
            Err(error) if error.is_cancelled() => {}
            result => result??,
        }
    }
    Ok(())
}
