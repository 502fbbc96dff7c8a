use super::*;

fn gzip(values: &[&str]) -> bool {
    let name = header::ACCEPT_ENCODING;
    let headers = values.iter().map(|v| (name.clone(), v.parse().unwrap()));
    takes_gzip(&headers.collect())
}

#[test]
fn gzip_is_for_those_who_say_so() {
    for yes in [
        "gzip",
        "GZip",
        "x-gzip",
        "br, gzip",
        "deflate, gzip;q=1.0, *;q=0.5",
        "gzip;q=0.001",
        "gzip ; q=0.8 , identity;q=0.8",
        "*",
        "identity;q=0, *",
        "gzip;Q=1",
        "gzip;q=1.000",
        "gzip;q=0.5, identity;q=0.25",
        ",, gzip,",
    ] {
        assert!(gzip(&[yes]), "{yes}");
    }
    assert!(gzip(&["br", "gzip"]));
}

#[test]
fn the_plain_form_is_for_all_others() {
    for no in [
        "",
        "identity",
        "br",
        "gzip;q=0",
        "gzip;q=0.000",
        "gzip;q=0, *",
        "*;q=0",
        "gzip;q=0.5, identity",
        "gzip;q=0.5, identity;q=0.501",
        "gzip;q=2",
        "gzip;q=1.001",
        "gzip;q=0.1234",
        "gzip;q=-1",
        "gzip;q=",
        "gzip;level=9",
        "gzipped",
        "not gzip",
    ] {
        assert!(!gzip(&[no]), "{no}");
    }
    assert!(!gzip(&[]));
}
