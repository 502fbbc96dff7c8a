//! ETags in requests (RFC 9110, section 13.1.2).

use axum::http::{HeaderMap, HeaderValue, header};

/// True if `If-None-Match` names this ETag.
pub fn matches(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let wanted = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = wanted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|v| v.split(','));
    tags.any(|tag| {
        let tag = tag.trim();
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        tag == "*" || tag.as_bytes() == etag.as_bytes()
    })
}
