//! Reads how much of a core a process has used.

use anyhow::{Context, Result};

/// The unit of `/proc`: 100 a second on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// The time that a process has had on any core until now, in seconds.
pub(crate) fn cpu_seconds(process: u32) -> Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The program's name is in parentheses and may contain anything.
    let (_, rest) = text.rsplit_once(')').context("an odd /proc/PID/stat")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |field: usize| -> Result<f64> {
        Ok(fields
            .get(field)
            .context("a short /proc/PID/stat")?
            .parse()?)
    };
    Ok((ticks(11)? + ticks(12)?) / TICKS)
}
