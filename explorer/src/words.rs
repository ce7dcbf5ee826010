//! Models of words that threads read and write without a lock, with loom.

/// The number of switches in an order where a thread could go on.
const SWITCHES: usize = 3;

/// Runs the model in all orders with few switches, and with all that a processor may reorder.
pub fn explore_words(model: impl Fn() + Send + Sync + 'static) {
    let mut explorer = loom::model::Builder::new();
    explorer.preemption_bound = Some(SWITCHES);
    explorer.check(model);
}
