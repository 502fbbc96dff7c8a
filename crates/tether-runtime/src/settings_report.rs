//! Lists every setting of a program with its effective value and the source of that value.
//!
//! The rows come from the program's own [`clap::Command`], so a new setting needs no line here.

mod format;
mod read;
mod report;
#[cfg(test)]
mod tests;
mod text;

pub use format::Formats;
pub use read::read;
pub use report::{Report, Setting, Source};
pub use text::text;
