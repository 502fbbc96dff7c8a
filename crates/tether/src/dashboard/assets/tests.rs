use super::*;

fn built(name: &str) -> Option<EmbeddedFile> {
    let content = match name {
        "index.html" => "<!doctype html>",
        "assets/index-1a2b.js" => "main()",
        "favicon.svg" => "<svg/>",
        _ => return None,
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name.rsplit('/').next().unwrap());
    std::fs::write(&path, content).unwrap();
    Some(rust_embed::utils::read_file_from_fs(&path).unwrap())
}

fn get(path: &str) -> Response {
    answer(&Method::GET, path, &HeaderMap::new(), built)
}

fn head<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[test]
fn the_page_is_asked_for_again_and_the_files_with_a_hash_never() {
    for path in ["/", "/index.html", "/routes/app"] {
        let page = get(path);
        assert_eq!(page.status(), StatusCode::OK, "{path}");
        assert_eq!(head(&page, "content-type"), "text/html; charset=utf-8");
        assert_eq!(head(&page, "cache-control"), CACHE_REVALIDATE);
    }
    let script = get("/assets/index-1a2b.js");
    assert_eq!(
        head(&script, "content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(head(&script, "cache-control"), CACHE_FOREVER);
    assert_eq!(head(&get("/favicon.svg"), "content-type"), "image/svg+xml");
}

#[test]
fn what_a_script_asks_for_is_never_the_page() {
    for path in [
        "/assets/index-old.js",
        "/robots.txt",
        "/api",
        "/api/news",
        "/../secret.txt",
    ] {
        assert_eq!(get(path).status(), StatusCode::NOT_FOUND, "{path}");
    }
    let posted = answer(&Method::POST, "/", &HeaderMap::new(), built);
    assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[test]
fn a_page_that_the_browser_has_is_not_sent_again() {
    let etag = get("/").headers()[header::ETAG].clone();
    let known = HeaderMap::from_iter([(header::IF_NONE_MATCH, etag)]);
    let again = answer(&Method::GET, "/", &known, built);
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn without_the_dashboard_the_page_says_how_to_get_it() {
    let page = answer(&Method::GET, "/", &HeaderMap::new(), |_| None);
    assert_eq!(page.status(), StatusCode::OK);
    let body = axum::body::to_bytes(page.into_body(), 10_000)
        .await
        .unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(
        text.contains("make web") && text.contains("/config"),
        "{text}"
    );
    assert!(!text.contains("style"), "the policy allows nothing inline");
}

/// Checks the embedded files: the browser would block inline content.
#[test]
fn the_page_has_nothing_inline() {
    let Some(page) = Files::get(PAGE) else { return };
    let text = String::from_utf8(page.data.to_vec()).unwrap();
    assert!(
        !text.contains("<style") && !text.contains("style="),
        "{text}"
    );
    for script in text.split("<script").skip(1) {
        assert!(
            script.split('>').next().unwrap().contains("src="),
            "{script}"
        );
    }
}
