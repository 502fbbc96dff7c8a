//! The dashboard's files: a path in, an embedded file with its headers out.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

/// Everything comes from the hub itself, nothing is inline, nobody may frame it, and a form can
/// go nowhere: the login is sent by the script, so a secret never gets into an address.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     connect-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// For names that bear a hash of their content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// For names that stay while their content changes.
const ASK_AGAIN: &str = "no-cache";

/// Where Vite puts the files whose names bear a hash.
const HASHED: &str = "assets/";

const PAGE: &str = "index.html";

/// What the page says in a hub that was built without the dashboard.
const NO_DASHBOARD: &str = include_str!("no_dashboard.html");

/// `web/dist` as it was when the hub was built; empty if it was not there.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

/// Every path that no other route has.
pub fn routes() -> Router {
    Router::new().fallback(file)
}

/// Adds the headers that keep other sites' and containers' scripts out.
pub async fn secure(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "no-referrer");
    response
}

async fn file(request: Request) -> Response {
    answer(
        request.method(),
        request.uri().path(),
        request.headers(),
        Files::get,
    )
}

/// A file, the page for every other name a browser may show, or what is wrong.
fn answer(
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    files: impl Fn(&str) -> Option<EmbeddedFile>,
) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (
            StatusCode::METHOD_NOT_ALLOWED,
            [(header::ALLOW, "GET, HEAD")],
        )
            .into_response();
    }
    let name = path.trim_start_matches('/');
    if let Some(file) = files(name) {
        return found(name, file, headers);
    }
    if !may_be_the_page(name) {
        return (StatusCode::NOT_FOUND, "there is nothing here\n").into_response();
    }
    files(PAGE).map_or_else(no_dashboard, |page| found(PAGE, page, headers))
}

/// False for what a script or a page asks for: HTML in its place would only confuse it.
fn may_be_the_page(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or_default();
    name != "api" && !name.starts_with("api/") && (name == PAGE || !last.contains('.'))
}

fn found(name: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let hash = file.metadata.sha256_hash();
    let etag = hash[..16]
        .iter()
        .fold(String::from("\""), |tag, byte| format!("{tag}{byte:02x}"));
    let etag = etag + "\"";
    let cache = if name.starts_with(HASHED) {
        FOR_EVER
    } else {
        ASK_AGAIN
    };
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known == etag.as_str());
    let kind = content_type(file.metadata.mimetype());
    let head = [
        (header::CACHE_CONTROL, cache.to_owned()),
        (header::ETAG, etag),
    ];
    if known {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    (head, [(header::CONTENT_TYPE, kind)], Body::from(file.data)).into_response()
}

fn content_type(kind: &str) -> String {
    if kind.starts_with("text/") {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_owned()
    }
}

fn no_dashboard() -> Response {
    let head = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, ASK_AGAIN),
    ];
    (head, NO_DASHBOARD).into_response()
}

#[cfg(test)]
mod tests;
