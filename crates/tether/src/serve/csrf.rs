//! Protects requests that change something against pages of other sites.

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

/// A header that pages of other sites cannot send.
const CSRF_HEADER: &str = "x-tether";

/// True if the request does not come from a page of another site.
pub fn is_own_page(headers: &HeaderMap) -> bool {
    headers.contains_key(CSRF_HEADER)
}

/// The answer to a request that may come from a page of another site.
pub fn not_own_page() -> Response {
    (StatusCode::FORBIDDEN, "send the header X-Tether: 1\n").into_response()
}
