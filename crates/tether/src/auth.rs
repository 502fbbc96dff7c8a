//! Decides who may do what.

mod failures;
pub mod login;
pub(crate) mod sessions;
mod tokens;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::serve::Conn;
use failures::Failures;
use sessions::{COOKIE, Logins};
use tokens::Permission;

pub use tokens::Tokens;

/// Checks the credentials of requests.
#[derive(Debug, Clone)]
pub struct Guard {
    /// The tokens.
    pub tokens: Arc<Tokens>,
    /// The browsers that are logged in.
    pub logins: Arc<Logins>,
    /// The rejected attempts.
    pub failures: Arc<Failures>,
}

impl Guard {
    /// Requires the agents' token.
    pub async fn agent(State(guard): State<Self>, request: Request, next: Next) -> Response {
        guard.check(Permission::Agent, request, next).await
    }

    /// Requires the readers' token.
    pub async fn read(State(guard): State<Self>, request: Request, next: Next) -> Response {
        guard.check(Permission::Read, request, next).await
    }

    /// Requires the dashboard's token or a login's cookie.
    pub async fn web(State(guard): State<Self>, request: Request, next: Next) -> Response {
        guard.check(Permission::Web, request, next).await
    }

    async fn check(self, permission: Permission, request: Request, next: Next) -> Response {
        let conn = request.extensions().get::<Arc<Conn>>().cloned();
        let headers = request.headers();
        let by_cookie = permission == Permission::Web
            && cookie(headers).is_some_and(|id| self.logins.is_logged_in(id));
        let secret = bearer(headers);
        if by_cookie || self.tokens.allow(permission, secret) {
            if let Some(conn) = conn {
                conn.authenticated();
            }
            return next.run(request).await;
        }
        // A browser without a login is not worth a log line.
        if permission != Permission::Web || secret.is_some() {
            let peer = conn.map(|conn| conn.peer.ip());
            self.failures
                .record(peer, request.uri().path(), secret.is_some());
        }
        unauthorized(permission)
    }
}

/// The token of a request.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = text.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(secret.trim())
}

/// The login id of a request.
pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

fn unauthorized(permission: Permission) -> Response {
    let remedy = match permission {
        Permission::Agent => "give tetherd the hub's token (TETHERD_TOKEN)",
        Permission::Read => "send the hub's token as `Authorization: Bearer TOKEN`",
        Permission::Web => "log in, or send the hub's token as `Authorization: Bearer TOKEN`",
    };
    let body = format!("wrong or missing token: {remedy}\n");
    (
        StatusCode::UNAUTHORIZED,
        [(header::WWW_AUTHENTICATE, "Bearer")],
        body,
    )
        .into_response()
}

#[cfg(test)]
mod tests;
