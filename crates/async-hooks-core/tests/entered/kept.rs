//! Programs that have failed once. One more is run if it is in the environment.

use std::env;

use crate::runner::described;
use crate::written::read;

const ONE_MORE: &str = "ENTERED_PROGRAM";

#[test]
fn programs_that_have_failed_once_show_what_is_still_entered() {
    let one_more = env::var(ONE_MORE).ok();
    let programs = PROGRAMS.iter().copied().chain(one_more.as_deref());
    let failures: Vec<_> = programs.filter_map(|line| described(&read(line))).collect();
    assert!(failures.is_empty(), "{} programs failed:\n\n{}\n", failures.len(), failures.join("\n\n"));
}

const PROGRAMS: &[&str] = &[
    // A guard that was entered inside a span outlives it.
    "s0 g0(A=4) /s0 /g0; s0 has A=1",
    "s0 g0(A=4) end-s0; s0 has A=1",
    "s0 g0(A=4) layer-goes; s0 has A=1",
    "s0 g0(A=4) resource1{ /s0 }; s0 has A=1; s1 has",
    "s0 g0(A=4) snapshot0{ panic/s0}; s0 has A=1; snapshot0 has",
    "run(A=4){ new-s0 s1 s0 g0(A=5) /s0 /g0 }; s0 has; s1 has A=1 B=2",
    "automatic0{ s0 g0(A=4) /s0 } automatic0{ /g0 } automatic0{ }; s0 has A=1; automatic0 has",
    // What was set to stay in a span ends with it, in the spans above as well.
    "s0 A=4 s1 /s0; s0 has B=1; s1 has A=2 B=3",
    "s0 A=4 s1 /s0; s0 has B=1; s1 has B=2",
    "s0 A=4 s1 /s0 s0; s0 has A=1 B=2; s1 has A=3",
    "s0 A=4 resource1{ new-s2 } s2 /s0; s0 has A=1; s1 has B=2; s2 has",
    "s0 A=4 s1 end-s0; s0 has B=1; s1 has B=2",
    "s0 A=4 s1 s2 /s0 /s1; s0 has B=1; s1 has B=2; s2 has A=3",
    "elsewhere-s0 elsewhere-A=4 elsewhere-s1 elsewhere/s0; s0 has B=1; s1 has B=2",
    // A future with a local has set that in each of its polls, wherever it is polled.
    "local-future0{ } resource0{ local-future0{ s1 } }; s0 has; s1 has B=2; local-future0 has A=4",
    "resource0{ local-future0{ } } local-future0{ s1 }; s0 has; s1 has A=2; local-future0 has A=4",
    "local-future0{ } tracked0{ local-future0{ s1 } }; s1 has B=2; tracked0 has; local-future0 has A=4",
    "local-future0{ } automatic0{ local-future0{ s1 } }; s1 has B=2; automatic0 has; local-future0 has A=4",
    "s0 new-s1 /s0 s1 local-future0{ /s1 } s0 local-future0{ s0 }; s0 has A=1; s1 has; local-future0 has A=4",
    "B=3 new-s3 tracked0{ s3 s1 local-future0{ } } s1 local-future0{ s2; s1 has; s2 has B=1; s3 has B=2; tracked0 has; local-future0 has A=4",
    "s2 local-future0{ } tracked0{ s2 local-future0{ s1; s1 has B=1; s2 has; tracked0 has; local-future0 has A=4",
    // What was set in one call of a snapshot is captured, not set, in every other call.
    "snapshot0{ run(A=4){ take-snapshot1 } } snapshot1{ s0 }; s0 has A=1; snapshot0 has; snapshot1 has",
    "snapshot0{ A=4 take-snapshot1 } snapshot1{ s0 }; s0 has A=1; snapshot0 has; snapshot1 has",
    "take-snapshot0 local-future1{ } snapshot0{ local-future1{ s2; s2 has A=1; snapshot0 has A=2 B=3; local-future1 has B=4",
    // A guard that is dropped in a deeper level ends in its own, and not in a copy of that.
    "g0(B=5) local-future0{ /g0 }; local-future0 has A=4",
    "g0(B=5) take-snapshot0 snapshot0{ /g0 }; snapshot0 has",
    "g0(A=5) new-s0 snapshot0{ s0 /g0 /s0 }; s0 has; snapshot0 has A=6 B=7",
    "resource0{ g0(A=5) new-s1 resource0{ s1 /g0 /s1 } }; s0 has A=1; s1 has",
    // A guard that has ended does nothing.
    "run(B=4){ g0(B=5) new-s0 } s0 /g0; s0 has",
    "snapshot0{ g0(A=5) new-s0 } s0 /g0; s0 has; snapshot0 has",
    "local-future0{ g0(B=5) new-s0 } s0 /g0; s0 has; local-future0 has A=4",
    "run(A=4){ g0(A=5) new-s0 s1 s0 } /g0; s0 has; s1 has B=2",
    "g0(A=4) g1(A=5) new-s0 /g0 s0 /g1; s0 has",
    "g0(A=4) g1(A=5) take-snapshot0 /g0 snapshot0{ /g1 }; snapshot0 has",
    // A guard was dropped beneath a call of `run` with its local.
    "g0(A=4) s0 run(A=5){ /g0 }; s0 has A=1 B=2",
    "g0(A=4) s0 s1 run(A=5){ /g0 }; s0 has A=1; s1 has B=2",
    "resource0{ g0(A=4) s1 run(A=5){ /g0 } }; s0 has A=1; s1 has B=2",
    "g0(A=3) g1(A=4) s0 run(A=5){ /g1 } /g0; s0 has B=1",
    "A=3 g0(A=4) s0 run(A=5){ s1 /g0 }; s0 has B=1; s1 has B=2",
    "A=3 g0(A=4) s0 run(A=5){ /g0 s1 }; s0 has B=1; s1 has A=2",
    // A guard and a span were left inside the scope of a resource.
    "s0 g0(B=5) s1 resource2{ /g0 /s0 }; s0 has B=1; s1 has B=2; s2 has",
    "s0 g0(A=5) s1 tracked0{ /g0 panic/s0}; s0 has B=1; s1 has A=2; tracked0 has",
    "s0 g0(A=5) s1 automatic0{ /g0 /s0 }; s0 has A=1; s1 has B=2; automatic0 has",
    // A guard was dropped inside a deeper level of its task.
    "automatic0{ g0(A=5) resource0{ /g0 } } automatic0{ }; s0 has; automatic0 has A=1",
    "automatic0{ g0(A=5) tracked0{ /g0 } } automatic0{ }; tracked0 has; automatic0 has A=1",
    "automatic0{ g0(A=5) snapshot0{ /g0 } } automatic0{ }; snapshot0 has; automatic0 has A=1",
    // What was left inside the poll of another task changes the task around.
    "automatic1{ g0(B=4) automatic0{ /g0 } } automatic1{ }; automatic0 has; automatic1 has A=1 B=2",
    "automatic0{ s0 g0(B=4) automatic1{ panic/s0} } automatic0{ }; s0 has A=1 B=2; automatic0 has A=3; automatic1 has",
    // A guard was held from one poll to the next, which was at another depth.
    "automatic0{ g0(A=5) } resource0{ automatic0{ resource1{ /g0 } } }; s0 has; s1 has; automatic0 has A=1",
    "tracked0{ g0(A=5) } resource0{ tracked0{ resource1{ /g0 } } }; s0 has; s1 has; tracked0 has A=1",
    "resource0{ automatic0{ g0(A=5) } } automatic0{ resource1{ /g0 } }; s0 has; s1 has; automatic0 has A=1",
    "local-future1{ automatic0{ g0(A=5) } } automatic0{ snapshot0{ /g0 } }; snapshot0 has; automatic0 has A=1",
    // A guard that a future has entered covers what surrounds the future now.
    "local-future0{ g0(B=5) } B=6 local-future0{ /g0 }; local-future0 has A=4",
    "local-future0{ g0(B=5) } run(B=6){ local-future0{ /g0 } }; local-future0 has A=4",
    "local-future0{ g0(B=5) } g1(B=6) local-future0{ /g0 }; local-future0 has A=4",
    "local-future0{ g0(B=5) } local-future1{ local-future0{ /g0 } }; local-future0 has A=4; local-future1 has B=6",
    "s0 local-future0{ /s0 g0(B=5) done} /g0; s0 has A=1 B=2; local-future0 has A=4",
    // A future that is done hands over what it has set, to whatever guard is there.
    "local-future0{ B=5 } g0(B=6) local-future0{ done} /g0; local-future0 has A=4",
    // What is set to stay in a span stays when a guard ends that the span had taken along.
    "g0(A=4) s0 A=5 /g0; s0 has A=1 B=2",
    "g0(A=4) s0 A=5 /g0; s0 has B=2",
    "run(A=3){ g0(A=4) s0 A=5 } /g0; s0 has B=2",
    "run(A=4){ s0 A=5 A=4 }; s0 has B=2",
    // A guard that was entered in a call of `run` with its local ends with that, inside a span too.
    "run(A=4){ s0 g0(A=5) } /g0; s0 has B=2",
    "s0 run(A=4){ s1 g0(A=5) } /g0; s0 has B=1; s1 has A=2",
    // The very same value is no other context, whether a guard holds it or not.
    "g0(B=2) new-s1 resource0{ g1(A=4) s1 /g1 }; s0 has A=1 B=2; s1 has",
    "g0(B=2) new-s0 /g0 s1 s0 /s1; s0 has; s1 has B=2",
];
