use super::*;

#[tokio::test]
async fn a_desk_does_all_on_one_thread_and_nothing_after_a_panic() {
    let desk = Desk::new("desk");
    let here = || thread::current().id();
    let first = desk.done(here).await;
    assert!(first.is_some_and(|id| id != here()));
    for _ in 0..8 {
        // Other work at the same time makes the executor take another thread.
        let (again, _) = tokio::join!(desk.done(here), aside(here));
        assert_eq!(again, first);
    }
    assert_eq!(desk.done(|| -> u8 { panic!("as planned") }).await, None);
    assert_eq!(desk.done(|| 1).await, None);
}
