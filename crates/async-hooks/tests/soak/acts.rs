//! The list of acts, and how often each is chosen.

use std::time::Instant;

use crate::random::Random;
use crate::values::check_idle;
use crate::{hooks, runtimes, threads, tools};

type Act = fn(&mut Random);

/// With the chances of each.
const ACTS: &[(u64, Act)] = &[
    (30, runtimes::with_tasks),
    (6, runtimes::abort_at_every_await),
    (4, runtimes::detached_tasks),
    (40, hooks::toggle),
    (20, hooks::scoped),
    (1, hooks::panicking),
    (10, hooks::store_map),
    (10, hooks::disable_local),
    (4, hooks::toggle_propagation),
    (40, tools::toggle),
    (4, tools::reports),
    (10, tools::clean_test),
    (10, tools::leaky_test),
    (10, tools::tools_within),
    (2, tools::recording),
    (20, threads::that_dies),
    (10, threads::that_share),
    (1, threads::signals),
    (1, threads::forgets),
];

/// One act after the other, each of which leaves the thread as it was.
pub(crate) fn until(end: Instant, mut random: Random) {
    while Instant::now() < end {
        let act = chosen(&mut random);
        act(&mut random);
        check_idle("a thread after an act");
    }
}

fn chosen(random: &mut Random) -> Act {
    let mut number = random.below(ACTS.iter().map(|(chances, _)| chances).sum());
    for (chances, act) in ACTS {
        if number < *chances {
            return *act;
        }
        number -= chances;
    }
    unreachable!("the number is below the sum")
}
