//! Serves the dashboard's files, which are embedded in the program.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use tether_runtime::hex;

use crate::serve::etag;

/// Everything comes from the hub itself, nothing is inline, and no other site may frame it. Forms
/// have no target: the script sends the login, so a token never gets into a URL.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     connect-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// For names that contain a hash of their content.
const CACHE_FOREVER: &str = "public, max-age=31536000, immutable";

/// For names whose content changes.
const CACHE_REVALIDATE: &str = "no-cache";

/// Vite puts the files whose names contain a hash here.
const HASHED_FOLDER: &str = "assets/";

const PAGE: &str = "index.html";

/// The page of a hub that was built without the dashboard.
const NO_DASHBOARD: &str = include_str!("no_dashboard.html");

/// `web/dist` at build time; empty if it did not exist.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

/// Serves every path that no other route has.
pub fn routes() -> Router {
    Router::new().fallback(file)
}

/// Adds the headers that keep other sites' scripts out.
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

/// Answers with a file, the page for every other path that a browser may show, or an error.
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
        return serve_file(name, file, headers);
    }
    if !may_be_page(name) {
        return (StatusCode::NOT_FOUND, "there is nothing here\n").into_response();
    }
    files(PAGE).map_or_else(no_dashboard, |page| serve_file(PAGE, page, headers))
}

/// False for paths that scripts request, which cannot use HTML.
fn may_be_page(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or_default();
    name != "api" && !name.starts_with("api/") && (name == PAGE || !last.contains('.'))
}

fn serve_file(name: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let hash = file.metadata.sha256_hash();
    let etag = format!("\"{}\"", hex::encode(&hash[..16]));
    let etag = HeaderValue::try_from(etag).expect("it is made of hex digits");
    let cache = if name.starts_with(HASHED_FOLDER) {
        CACHE_FOREVER
    } else {
        CACHE_REVALIDATE
    };
    let is_known = etag::matches(headers, &etag);
    let kind = content_type(file.metadata.mimetype());
    let head = [
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::ETAG, etag),
    ];
    if is_known {
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
        (header::CACHE_CONTROL, CACHE_REVALIDATE),
    ];
    (head, NO_DASHBOARD).into_response()
}

#[cfg(test)]
mod tests;
