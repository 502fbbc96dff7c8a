//! Events of an engine, as far as they say more than "list the containers again".

/// The content of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// A container was sent a signal.
    Kill(String, i32),
    /// A container's process ended.
    Die(String),
    /// A container started.
    Start(String),
    /// Something else happened.
    Other,
}

/// An event and its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimedEvent {
    /// The event.
    pub(crate) event: Event,
    /// When it happened, in nanoseconds of the engine's clock.
    pub(crate) at: Option<i64>,
}

/// The number of a signal as engines write it: `15`, `TERM`, `SIGTERM`, `SIGRTMIN+3`.
pub(crate) fn signal(text: &str) -> Option<i32> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let name = text.to_ascii_uppercase();
    let name = name.strip_prefix("SIG").unwrap_or(&name);
    if let Some(offset) = name.strip_prefix("RTMIN+") {
        return offset.parse::<i32>().ok().map(|offset| 34 + offset);
    }
    Some(match name {
        "HUP" => 1,
        "INT" => 2,
        "QUIT" => 3,
        "ABRT" => 6,
        "KILL" => 9,
        "USR1" => 10,
        "USR2" => 12,
        "ALRM" => 14,
        "TERM" => 15,
        "WINCH" => 28,
        "PWR" => 30,
        "RTMIN" => 34,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
