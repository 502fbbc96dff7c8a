//! Engines that come and go, and the publication made of them.

use super::*;

#[tokio::test]
async fn nothing_is_said_before_an_engine_was_heard_and_that_all_are_gone_is() {
    let config = AgentConfig::new("http://hub", "unix:///run/*/docker.sock").unwrap();
    let (engines, known) = watch::channel(vec![Engine::default()]);
    let (_links, links) = watch::channel(Links::new());
    let word = watch::Sender::new(Word::default());
    let (mut said, shutdown) = (word.subscribe(), CancellationToken::new());
    let story = async {
        engines.send_replace(Vec::new());
        said.wait_for(|word| word.routes.engines.is_empty())
            .await
            .unwrap();
        assert!(!said.borrow().is_ready());
        engines.send_replace(vec![Engine {
            listed: true,
            ..Engine::default()
        }]);
        said.wait_for(Word::is_ready).await.unwrap();
        engines.send_replace(Vec::new());
        let gone = |word: &Word| word.routes.engines.is_empty() && word.is_ready();
        said.wait_for(gone).await.unwrap();
        shutdown.cancel();
    };
    tokio::join!(run(&config, known, links, &word, &shutdown), story);
}
