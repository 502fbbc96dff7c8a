//! Who may do what: credentials in, yes or no out.

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
use tokens::Power;

pub use tokens::Tokens;

/// The guard at every door.
#[derive(Debug, Clone)]
pub struct Guard {
    /// The secrets.
    pub tokens: Arc<Tokens>,
    /// Browsers that have logged in.
    pub logins: Arc<Logins>,
    /// Who was refused.
    pub failures: Arc<Failures>,
}

impl Guard {
    /// Lets a request with the agents' secret pass.
    pub async fn agent(State(guard): State<Self>, request: Request, next: Next) -> Response {
        guard.check(Power::Agent, request, next).await
    }

    /// Lets a request with the readers' secret pass.
    pub async fn read(State(guard): State<Self>, request: Request, next: Next) -> Response {
        guard.check(Power::Read, request, next).await
    }

    /// Lets a request with the dashboard's secret or a login's cookie pass.
    pub async fn web(State(guard): State<Self>, request: Request, next: Next) -> Response {
        guard.check(Power::Web, request, next).await
    }

    async fn check(self, power: Power, request: Request, next: Next) -> Response {
        let conn = request.extensions().get::<Arc<Conn>>().cloned();
        let headers = request.headers();
        let by_cookie =
            power == Power::Web && cookie(headers).is_some_and(|id| self.logins.is_logged_in(id));
        let secret = bearer(headers);
        if by_cookie || self.tokens.allow(power, secret) {
            if let Some(conn) = conn {
                conn.authenticated();
            }
            return next.run(request).await;
        }
        // A browser that has not logged in yet is nothing to write about.
        if power != Power::Web || secret.is_some() {
            let peer = conn.map(|conn| conn.peer.ip());
            self.failures
                .record(peer, request.uri().path(), secret.is_some());
        }
        refused(power)
    }
}

/// The secret that a request shows.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = text.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(secret.trim())
}

/// The login that a request shows.
pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

fn refused(power: Power) -> Response {
    let remedy = match power {
        Power::Agent => "give tetherd the hub's token (TETHERD_TOKEN)",
        Power::Read => "send the hub's token as `Authorization: Bearer TOKEN`",
        Power::Web => "log in, or send the hub's token as `Authorization: Bearer TOKEN`",
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
