use super::*;

#[test]
fn dates_are_those_of_the_calendar() {
    let at = |seconds| rfc3339(UNIX_EPOCH + Duration::from_secs(seconds));
    assert_eq!(at(0), "1970-01-01T00:00:00.000000000Z");
    assert_eq!(at(951_782_400), "2000-02-29T00:00:00.000000000Z");
    assert_eq!(at(1_735_689_599), "2024-12-31T23:59:59.000000000Z");
    assert_eq!(at(1_795_236_928), "2026-11-21T04:55:28.000000000Z");
}

#[test]
fn stamps_are_seconds_and_nanoseconds() {
    assert_eq!(parse_stamp("12"), Some(12_000_000_000));
    assert_eq!(parse_stamp("12.5"), Some(12_500_000_000));
    assert_eq!(
        parse_stamp("1795236928.061421855"),
        Some(1_795_236_928_061_421_855)
    );
    for bad in ["", "x", "1.", ".1", "-1", "1.0000000001", "99999999999999"] {
        assert_eq!(parse_stamp(bad), None, "{bad}");
    }
}

#[test]
fn durations_read_as_in_docker_ps() {
    let say = |seconds| human_duration(Duration::from_secs(seconds));
    assert_eq!(say(0), "Less than a second");
    assert_eq!(say(59), "59 seconds");
    assert_eq!(say(60), "About a minute");
    assert_eq!(say(3599), "59 minutes");
    assert_eq!(say(3600), "About an hour");
    assert_eq!(say(47 * 3600), "47 hours");
    assert_eq!(say(48 * 3600), "2 days");
}
