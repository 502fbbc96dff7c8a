//! Peers of a socket.

use super::*;

#[tokio::test]
async fn this_process_is_its_own_neighbour() {
    let (one, other) = UnixStream::pair().unwrap();
    assert!(may_ask(&one) && may_answer(&other));
}

#[test]
fn a_process_in_a_container_has_two_numbers() {
    assert!(has_one_number("Name:\tx\nNSpid:\t4711\nNSpgid:\t1\n"));
    assert!(!has_one_number("Name:\tx\nNSpid:\t4711\t1\n"));
    assert!(!has_one_number("Name:\tx\n"));
}
