//! Recordings of programs on tokio.
//!
//! `causes` asks critical paths of programs whose causes are known. `agreement` compares recordings with an independent hook, also
//! those of the random programs of `tests/random_programs`.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

#[path = "../random_programs/program.rs"]
mod program;

#[path = "../random_programs/outcome.rs"]
#[allow(dead_code, reason = "the model, which is not asked here, uses the rest")]
mod outcome;

#[cfg(tokio_unstable)]
#[path = "../random_programs/tracking.rs"]
mod built;
#[cfg(not(tokio_unstable))]
#[path = "../random_programs/built.rs"]
mod built;

#[path = "../random_programs/life.rs"]
mod life;

#[path = "../random_programs/world.rs"]
mod world;

#[path = "../random_programs/interpret.rs"]
mod interpret;

mod notes;

mod agreement;

mod causes;
