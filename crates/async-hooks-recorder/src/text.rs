//! Texts of the program: bounded where they are stored, escaped where they are printed.

pub(crate) mod escaped;
