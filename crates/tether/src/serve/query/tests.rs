use super::*;

fn read(query: &str) -> (String, Format, Duration) {
    let asked = ConfigQuery::of(query).unwrap();
    (asked.env.into_owned(), asked.format, asked.wait)
}

#[test]
fn what_is_not_said_is_the_default() {
    let plain = (DEFAULT_ENV.to_owned(), Format::Json, Duration::ZERO);
    for query in ["", "env=&format=&wait=", "token=x&wait", "&&=&", "%&%zz=1"] {
        assert_eq!(read(query), plain, "{query}");
    }
}

#[test]
fn everything_may_be_said() {
    let all = read("env=the%20lab&x=1&format=yaml&wait=1500ms");
    let wait = Duration::from_millis(1500);
    assert_eq!(all, ("the lab".to_owned(), Format::Yaml, wait));
    assert_eq!(read("env=a&env=b").0, "b");
}

#[test]
fn a_wait_is_a_time_within_the_limit() {
    for (text, wait) in [
        ("0", Duration::ZERO),
        ("0s", Duration::ZERO),
        ("3s", Duration::from_secs(3)),
        ("1h", WAIT_LIMIT),
        ("999999999years", WAIT_LIMIT),
    ] {
        assert_eq!(read(&format!("wait={text}")).2, wait, "{text}");
    }
    for text in ["3", "soon", "-1s", "3s3", "1e3s", "99999999999999999999s"] {
        let query = format!("wait={text}");
        assert!(
            ConfigQuery::of(&query).unwrap_err().contains("4s"),
            "{text}"
        );
    }
    assert!(ConfigQuery::of("format=xml").unwrap_err().contains("yaml"));
}
