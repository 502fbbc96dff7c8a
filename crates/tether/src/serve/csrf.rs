//! Requests that change something, and pages of other sites.

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

/// A header that a page of another site cannot send.
const OWN_PAGE: &str = "x-tether";

/// True if a request that changes something is not another site's.
pub fn is_own_page(headers: &HeaderMap) -> bool {
    headers.contains_key(OWN_PAGE)
}

/// The answer to a request that may be another site's.
pub fn not_own_page() -> Response {
    (StatusCode::FORBIDDEN, "send the header X-Tether: 1\n").into_response()
}
