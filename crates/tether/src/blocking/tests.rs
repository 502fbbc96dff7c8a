use super::*;

#[tokio::test]
async fn a_worker_does_all_on_one_thread_and_nothing_after_a_panic() {
    let worker = Worker::new("worker");
    let here = || thread::current().id();
    let first = worker.run(here).await;
    assert!(first.is_some_and(|id| id != here()));
    for _ in 0..8 {
        // Concurrent work makes the executor use another thread.
        let (again, _) = tokio::join!(worker.run(here), offload(here));
        assert_eq!(again, first);
    }
    assert_eq!(worker.run(|| -> u8 { panic!("as planned") }).await, None);
    assert_eq!(worker.run(|| 1).await, None);
}
