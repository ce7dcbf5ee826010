//! The recipes for actors, pools, streams and tests, compiled with the documentation tests.
#![doc = include_str!("../../../docs/recipes-messages-and-streams.md")]
