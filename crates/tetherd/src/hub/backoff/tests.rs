//! Outages of several lengths and how soon the link is used again, on a paused clock.

use std::cell::Cell;
use std::future::pending;
use std::io;
use std::net::SocketAddr;

use tokio::time::{sleep, timeout};

use super::super::dial::{LOOKUP_LIMIT, open};
use super::*;

#[test]
fn waits_stay_in_their_bounds() {
    let start = Instant::now();
    let mut backoff = Backoff::default();
    assert_eq!(backoff.next(start, 1.0), FIRST);
    for second in 0..200 {
        let most = if second < 60 { EARLY_MOST } else { MOST };
        let now = start + Duration::from_secs(second);
        assert_eq!(backoff.next(now, 1.0), most);
        assert_eq!(backoff.next(now, 0.0), Duration::ZERO);
    }
    assert!((0.0..=1.0).contains(&random()));
}

/// How long after its mending a link that was down for `outage` carries a connection, and how
/// many tries were made, if all waits have this share of what they may be and the hub is
/// `far` away. A try of the time of the outage is lost, with all that the kernel may do for
/// it, and so is a question to the name server.
async fn healing(outage: Duration, share: f64, far: Duration) -> (Duration, u32) {
    let (mended, tries) = (Instant::now() + outage, Cell::new(0));
    let through = async || {
        if Instant::now() + far < mended {
            pending::<()>().await;
        }
        sleep(2 * far).await;
    };
    let hub = SocketAddr::from(([198, 51, 100, 1], 3000));
    let connect = async |_| {
        tries.set(tries.get() + 1);
        through().await;
        io::Result::Ok(())
    };
    let (mut backoff, mut known) = (Backoff::default(), vec![hub]);
    loop {
        let lookup = async {
            timeout(LOOKUP_LIMIT, through()).await?;
            Ok(vec![hub])
        };
        if let Ok(Ok(())) = open(lookup, &mut known, &connect).await {
            return (mended.elapsed(), tries.get());
        }
        sleep(backoff.next(Instant::now(), share)).await;
    }
}

/// The longest healing of outages up to two and a half minutes.
async fn worst(far: Duration) -> Duration {
    let mut worst = Duration::ZERO;
    for number in 1..350 {
        let outage = Duration::from_millis(433 * number);
        for share in [0.3, 1.0] {
            let (took, tries) = healing(outage, share, far).await;
            worst = worst.max(took);
            let seconds = (outage + took).as_secs_f64();
            assert!(f64::from(tries) <= seconds + 2.0, "{tries} in {seconds} s");
        }
    }
    worst
}

#[tokio::test(start_paused = true)]
async fn a_mended_link_is_used_in_time_however_long_it_was_down() {
    // The rest of the five seconds is for the session's own messages.
    let near = worst(Duration::from_millis(1)).await;
    assert!(near < Duration::from_secs(4), "{near:?}");
    let by_satellite = worst(Duration::from_millis(350)).await;
    assert!(by_satellite < Duration::from_secs(5), "{by_satellite:?}");
}
