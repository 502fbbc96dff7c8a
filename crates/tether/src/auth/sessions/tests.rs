use super::*;

#[test]
fn the_oldest_login_makes_room() {
    let logins = Logins::default();
    let start = Instant::now();
    for number in 0..=LOGINS_LIMIT {
        let later = start + Duration::from_millis(u64::try_from(number).unwrap());
        logins.add(number.to_string(), later);
    }
    assert!(!logins.is_logged_in("0"));
    assert!(logins.is_logged_in("1"));
    assert_eq!(logins.by_id.len(), LOGINS_LIMIT);
}
