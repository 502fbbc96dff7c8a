use super::*;

#[test]
fn an_address_is_written_about_once_a_minute_with_its_count() {
    let failures = Failures::default();
    let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let start = Instant::now();
    assert_eq!(failures.due(peer, start), Some(1));
    assert_eq!(failures.due(peer, start), None);
    assert_eq!(failures.due(peer, start + LOG_INTERVAL), Some(2));
}

#[test]
fn the_table_is_bounded() {
    let failures = Failures::default();
    for number in 0..3000u32 {
        failures.due(IpAddr::V4(Ipv4Addr::from(number)), Instant::now());
    }
    assert!(failures.by_address.len() <= ADDRESSES_LIMIT);
}
