//! Addresses that answer late, refuse or stay silent, on a paused clock.

use std::cell::RefCell;
use std::future::pending;

use tokio::time::Instant;

use super::*;

fn address(host: u8) -> SocketAddr {
    SocketAddr::from(([198, 51, 100, host], 3000))
}

/// Address 1 does not answer, 2 refuses, 3 is twice as far away as a satellite, 4 is near.
async fn world(address: SocketAddr) -> io::Result<u8> {
    let SocketAddr::V4(v4) = address else {
        unreachable!("all are IPv4");
    };
    let host = v4.ip().octets()[3];
    match host {
        1 => pending().await,
        2 => return Err(io::ErrorKind::ConnectionRefused.into()),
        3 => sleep(Duration::from_millis(1400)).await,
        _ => sleep(Duration::from_millis(20)).await,
    }
    Ok(host)
}

/// Checks which of these addresses is reached, and after how many milliseconds.
async fn check(hosts: &[u8], expected: Result<u8, io::ErrorKind>, milliseconds: u64) {
    let start = Instant::now();
    let addresses: Addresses = hosts.iter().copied().map(address).collect();
    let reached = race(&addresses, world).await.map_err(|error| error.kind());
    let took = start.elapsed().as_millis();
    assert_eq!(
        (reached, took),
        (expected, milliseconds.into()),
        "{hosts:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_first_address_that_answers_is_the_way() {
    use io::ErrorKind::{ConnectionRefused, TimedOut};
    check(&[4], Ok(4), 20).await;
    check(&[3], Ok(3), 1400).await;
    check(&[3, 4], Ok(4), 270).await;
    check(&[2, 4], Ok(4), 20).await;
    check(&[1, 1, 4], Ok(4), 520).await;
    check(&[4, 1], Ok(4), 20).await;
    check(&[2, 2], Err(ConnectionRefused), 0).await;
    check(&[1, 2], Err(TimedOut), 5000).await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_try_is_repeated_each_second() {
    let (start, tries) = (Instant::now(), RefCell::new(Vec::new()));
    let connect = |_| {
        tries.borrow_mut().push(start.elapsed().as_millis());
        pending::<io::Result<()>>()
    };
    race(&[address(1)], connect).await.unwrap_err();
    let tries = tries.borrow();
    assert_eq!(tries[..5], [0, 1000, 2000, 3000, 4000]);
    assert!(tries.len() <= 6, "{tries:?}");
}

/// The result of a lookup that takes this many milliseconds and then returns this, for a name that
/// had this address before.
async fn looked_up(
    milliseconds: u64,
    found: Option<u8>,
    before: Option<u8>,
) -> (Result<u8, String>, u128, Addresses) {
    let start = Instant::now();
    let mut known: Addresses = before.into_iter().map(address).collect();
    let lookup = async {
        sleep(Duration::from_millis(milliseconds)).await;
        let found = found.ok_or_else(|| anyhow!("no name server"))?;
        Ok(vec![address(found)])
    };
    let opened = match open(lookup, &mut known, world).await {
        Ok(Ok(host)) => Ok(host),
        Ok(Err(error)) => Err(error.kind().to_string()),
        Err(error) => Err(error.to_string()),
    };
    (opened, start.elapsed().as_millis(), known)
}

#[tokio::test(start_paused = true)]
async fn what_the_name_server_says_counts_and_what_it_said_helps_out() {
    let check = async |looking: (u64, Option<u8>, Option<u8>), expected: (_, _, Option<u8>)| {
        let (slow, found, before) = looking;
        let (opened, took, known) = looked_up(slow, found, before).await;
        let expected_known: Addresses = expected.2.into_iter().map(address).collect();
        let opened = opened.map_err(|error| error.split(' ').next().unwrap_or("").to_owned());
        assert_eq!(
            (opened, took, known),
            (expected.0, expected.1, expected_known),
            "{looking:?}"
        );
    };
    let fault = |word: &str| Err(word.to_owned());
    check((10, Some(4), None), (Ok(4), 30, Some(4))).await;
    check((10, Some(4), Some(3)), (Ok(4), 30, Some(4))).await;
    check((10, None, Some(4)), (fault("no"), 10, Some(4))).await;
    check((4000, Some(4), None), (Ok(4), 4020, Some(4))).await;
    // The name server is silent, and the hub is where it was.
    check((4000, None, Some(4)), (Ok(4), 1020, Some(4))).await;
    check((2000, None, Some(3)), (Ok(3), 2400, Some(3))).await;
    // It is only slow, and the hub has moved.
    check((2000, Some(4), Some(2)), (Ok(4), 2020, Some(4))).await;
    check((2000, Some(4), Some(1)), (Ok(4), 2020, Some(4))).await;
    // Neither.
    check((4000, None, Some(2)), (fault("connection"), 4000, Some(2))).await;
    check((4000, None, Some(1)), (fault("timed"), 6000, Some(1))).await;
}
