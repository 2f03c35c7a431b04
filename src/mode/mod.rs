//! The ways to run: one file each.

pub(crate) mod invoke;
