//! Reimplements what Go does with numbers, durations, letters, regular expressions and templates.
//!
//! Traefik is written in Go, so labels, rules and the default rule mean what Go's standard library
//! makes of them. This crate does not depend on Traefik, and does no IO.

pub mod duration;
pub mod excerpt;
pub mod letters;
pub mod number;
pub mod regex;
pub mod suggest;
pub mod template;
