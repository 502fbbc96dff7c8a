//! Requests that a proxy has passed on.

use axum::http::HeaderMap;

/// Headers that tell of a proxy in front of the hub.
const FORWARDED: [&str; 6] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
];

/// True if a proxy passed the request on, and says so.
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    FORWARDED.iter().any(|name| headers.contains_key(*name))
}
