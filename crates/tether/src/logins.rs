//! Browsers that have logged in: a secret in, a cookie with a random id out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dashmap::DashMap;
use serde::Deserialize;

use crate::auth::{Guard, Power, cookie};
use crate::server::Conn;

/// The cookie's name. Its value is a random id, never the secret.
pub const COOKIE: &str = "tether_session";

/// For how long a login lasts.
const LOGIN_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How many logins are remembered; the oldest makes room.
const LOGIN_LIMIT: usize = 1024;

/// A header that a page of another site cannot send.
const OWN_PAGE: &str = "x-tether";

/// The logins, by their random id.
#[derive(Debug, Default)]
pub struct Logins {
    by_id: DashMap<String, Instant>,
}

/// What `POST /api/login` takes.
#[derive(Deserialize)]
pub struct Login {
    secret: String,
}

/// `POST /api/login`: a JSON body, so a page of another site cannot send it unasked.
pub async fn login(
    State(guard): State<Guard>,
    conn: Option<Extension<Arc<Conn>>>,
    Json(login): Json<Login>,
) -> Response {
    let conn = conn.map(|Extension(conn)| conn);
    if !guard.tokens.allow(Power::Web, Some(login.secret.trim())) {
        guard
            .failures
            .note(conn.map(|conn| conn.peer.ip()), "/api/login", true);
        return (StatusCode::UNAUTHORIZED, "wrong token\n").into_response();
    }
    if let Some(conn) = conn {
        conn.authenticated();
    }
    let Ok(id) = random_id() else {
        return (
            StatusCode::INTERNAL_SERVER_ERROR,
            "no random numbers to be had\n",
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
        guard.logins.by_id.remove(id);
    }
    set_cookie(&format!(
        "{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"
    ))
}

/// True if a request that changes something is not another site's.
pub fn is_own_page(headers: &HeaderMap) -> bool {
    headers.contains_key(OWN_PAGE)
}

/// The answer to a request that may be another site's.
pub fn not_own_page() -> Response {
    (StatusCode::FORBIDDEN, "send the header X-Tether: 1\n").into_response()
}

impl Logins {
    /// True if this is the id of a login that still lasts.
    pub fn is_logged_in(&self, id: &str) -> bool {
        self.by_id
            .get(id)
            .is_some_and(|since| since.elapsed() < LOGIN_LIFETIME)
    }

    fn add(&self, id: String, now: Instant) {
        if self.by_id.len() >= LOGIN_LIMIT {
            let oldest = self.by_id.iter().min_by_key(|entry| *entry.value());
            // The entry must be let go before the table is written.
            let oldest = oldest.map(|entry| entry.key().clone());
            if let Some(oldest) = oldest {
                self.by_id.remove(&oldest);
            }
        }
        self.by_id.insert(id, now);
    }
}

fn set_cookie(value: &str) -> Response {
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, value)]).into_response()
}

/// 256 random bits in hex.
pub fn random_id() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_login_makes_room() {
        let logins = Logins::default();
        let start = Instant::now();
        for number in 0..=LOGIN_LIMIT {
            let later = start + Duration::from_millis(u64::try_from(number).unwrap());
            logins.add(number.to_string(), later);
        }
        assert!(!logins.is_logged_in("0"));
        assert!(logins.is_logged_in("1"));
        assert_eq!(logins.by_id.len(), LOGIN_LIMIT);
    }
}
