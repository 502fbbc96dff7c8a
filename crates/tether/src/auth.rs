//! Who may do what: credentials in, yes or no out.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tether_proto::Token;

use crate::failures::Failures;
use crate::logins::{COOKIE, Logins};
use crate::server::Conn;

/// What a credential opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// Sending route sets.
    Agent,
    /// Reading `/config`.
    Read,
    /// Seeing the dashboard.
    Web,
}

/// The secrets of this hub.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    /// Opens everything.
    pub all: Option<Token>,
    /// Opens [`Power::Agent`].
    pub agent: Option<Token>,
    /// Opens [`Power::Read`].
    pub read: Option<Token>,
    /// Opens [`Power::Web`].
    pub web: Option<Token>,
    /// No secret is asked for.
    pub open: bool,
}

impl Tokens {
    /// True if there is no secret at all.
    pub fn is_empty(&self) -> bool {
        [&self.all, &self.agent, &self.read, &self.web]
            .iter()
            .all(|token| token.is_none())
    }

    /// True if `secret` opens `power`.
    pub fn allow(&self, power: Power, secret: Option<&str>) -> bool {
        if self.open {
            return true;
        }
        let Some(secret) = secret else { return false };
        let own = match power {
            Power::Agent => &self.agent,
            Power::Read => &self.read,
            Power::Web => &self.web,
        };
        // Both are compared always, so the time does not tell which one is set.
        let matches = |token: &Option<Token>| token.as_ref().is_some_and(|t| t.matches(secret));
        matches(own) | matches(&self.all)
    }
}

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
                .note(peer, request.uri().path(), secret.is_some());
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
mod tests {
    use super::*;

    #[test]
    fn each_secret_opens_its_own_door_and_the_one_for_all_opens_every_door() {
        let tokens = Tokens {
            all: Token::new("all"),
            agent: Token::new("agent"),
            read: Token::new("read"),
            web: Token::new("web"),
            open: false,
        };
        let doors = [
            (Power::Agent, "agent"),
            (Power::Read, "read"),
            (Power::Web, "web"),
        ];
        for (power, own) in doors {
            for (_, secret) in doors {
                assert_eq!(
                    tokens.allow(power, Some(secret)),
                    secret == own,
                    "{power:?} {secret}"
                );
            }
            assert!(tokens.allow(power, Some("all")));
            assert!(!tokens.allow(power, Some("")));
            assert!(!tokens.allow(power, None));
        }
    }

    #[test]
    fn a_door_without_a_secret_of_its_own_stays_shut() {
        let tokens = Tokens {
            agent: Token::new("agent"),
            ..Tokens::default()
        };
        assert!(!tokens.allow(Power::Read, Some("agent")));
        assert!(!tokens.allow(Power::Read, None));
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            format!("a=b; {COOKIE}=xyz; c=d").parse().unwrap(),
        );
        assert_eq!(cookie(&headers), Some("xyz"));
    }
}
