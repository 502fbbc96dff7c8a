use super::*;

#[test]
fn durations_are_read_and_written_as_by_go() {
    for (text, written) in [
        ("0", "0s"),
        ("90s", "1m30s"),
        ("1h", "1h0m0s"),
        ("100ms", "100ms"),
        ("1.5s", "1.5s"),
        (".5h", "30m0s"),
        ("1h2m3.004s", "1h2m3.004s"),
        ("1us", "1µs"),
        ("1500ns", "1.5µs"),
        ("-1m", "-1m0s"),
        ("-2562047h47m16.854775808s", "-2562047h47m16.854775808s"),
    ] {
        assert_eq!(parse(text).map(format).as_deref(), Some(written), "{text}");
    }
    for text in [
        "",
        "s",
        "10 s",
        "1d",
        "-",
        ".s",
        "1",
        "9223372036854775808ns",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
}
