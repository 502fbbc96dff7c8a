//! `GET /healthz` and `GET /readyz`, for orchestrators.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::hub::Hub;

/// `GET /healthz`: fails if the last merge failed.
pub async fn health(State(hub): State<Hub>) -> Response {
    if hub.is_healthy() {
        "ok\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "failing\n").into_response()
    }
}

/// `GET /readyz`: fails until `/config` is answered.
pub async fn readiness(State(hub): State<Hub>) -> Response {
    if hub.snapshots().borrow().ready {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
    }
}
