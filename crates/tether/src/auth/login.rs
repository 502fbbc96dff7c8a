//! Logs browsers in and out.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::sessions::{COOKIE, LOGIN_LIFETIME, random_id};
use super::tokens::Permission;
use crate::auth::{Guard, cookie};
use crate::serve::{Conn, is_own_page, not_own_page};

/// The body of `POST /api/login`.
#[derive(Deserialize)]
pub struct LoginRequest {
    secret: String,
}

/// `POST /api/login`. Pages of other sites cannot send the JSON body without permission.
pub async fn login(
    State(guard): State<Guard>,
    conn: Option<Extension<Arc<Conn>>>,
    Json(login): Json<LoginRequest>,
) -> Response {
    let conn = conn.map(|Extension(conn)| conn);
    if !guard
        .tokens
        .allow(Permission::Web, Some(login.secret.trim()))
    {
        guard
            .failures
            .record(conn.map(|conn| conn.peer.ip()), "/api/login", true);
        return (StatusCode::UNAUTHORIZED, "wrong token\n").into_response();
    }
    if let Some(conn) = conn {
        conn.authenticated();
    }
    let Ok(id) = random_id() else {
        return (
            StatusCode::INTERNAL_SERVER_ERROR,
            "cannot get random numbers\n",
        )
            .into_response();
    };
    guard.logins.add(id.clone(), Instant::now());
    let age = LOGIN_LIFETIME.as_secs();
    set_cookie(&format!(
        "{COOKIE}={id}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict"
    ))
}

/// `POST /api/logout`.
pub async fn logout(State(guard): State<Guard>, headers: HeaderMap) -> Response {
    if !is_own_page(&headers) {
        return not_own_page();
    }
    if let Some(id) = cookie(&headers) {
        guard.logins.remove(id);
    }
    set_cookie(&format!(
        "{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"
    ))
}

fn set_cookie(value: &str) -> Response {
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, value)]).into_response()
}
