//! Compares ETags (RFC 9110, section 13.1.2).

use axum::http::{HeaderMap, HeaderValue, header};

/// True if `If-None-Match` lists this ETag.
pub fn matches(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    tags.any(|tag| {
        let trimmed = tag.trim();
        let tag = trimmed.strip_prefix("W/").unwrap_or(trimmed);
        tag == "*" || tag.as_bytes() == etag.as_bytes()
    })
}
