//! The README's programs, compiled and run with the documentation tests.
#![doc = include_str!("../../../README.md")]
