//! A thread shows what it has entered and not left, in whatever order it leaves.
//!
//! `program` is a list of steps: enter a span, open a scope, drop a guard. `machine` makes the steps, and after each
//! one compares the ids and the values of two locals with those that `reference` finds. A failing program is shortened
//! as far as possible and written in one line, which belongs in `kept`.
//!
//! `ENTERED_LENGTH=8` lists all sequences of that length, `ENTERED_PROGRAMS=1000000` sets the number of programs in
//! each test of `random`, and `ENTERED_PROGRAM='s0 g0(A=4) /s0; s0 has A=1'` runs one more in `kept`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that meets the impossible may stop there")]

mod shown;

mod program;

mod written;

mod reference;

mod leaving;

mod prepared;

mod elsewhere;

mod machine;

mod entering;

mod scopes;

mod runner;

mod sequences;

mod random;

mod kept;
