use super::*;

#[test]
fn the_cookie_is_found_among_others() {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::COOKIE,
        format!("a=b; {COOKIE}=xyz; c=d").parse().unwrap(),
    );
    assert_eq!(cookie(&headers), Some("xyz"));
}
