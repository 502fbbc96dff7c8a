//! Watches engines: keeps a current snapshot of each as they come, go and change.
//!
//! Read in this order: `discovery` (where engines are), `supervisor` (one loop for each),
//! `engine_loop` (the loop of one), `schedule` (when it is listed), `overlay` (what events tell before a list does), `survey` (an
//! engine asked once).

pub(crate) mod discovery;
pub(crate) mod engine_loop;
mod overlay;
mod schedule;
pub(crate) mod supervisor;
pub(crate) mod survey;
