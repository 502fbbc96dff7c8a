//! Engines that come and go, and the publication made of them.

use super::*;

#[tokio::test]
async fn nothing_is_said_before_an_engine_was_heard_and_that_all_are_gone_is() {
    let config = AgentConfig::new("http://hub", "unix:///run/*/docker.sock").unwrap();
    let (engines, known) = watch::channel(vec![Engine::default()]);
    let (_links, links) = watch::channel(Links::new());
    let publication = watch::Sender::new(Publication::default());
    let (mut said, shutdown) = (publication.subscribe(), CancellationToken::new());
    let story = async {
        engines.send_replace(Vec::new());
        said.wait_for(|publication| publication.routes.engines.is_empty())
            .await
            .unwrap();
        assert!(!said.borrow().is_ready());
        engines.send_replace(vec![Engine {
            listed: true,
            ..Engine::default()
        }]);
        said.wait_for(Publication::is_ready).await.unwrap();
        engines.send_replace(Vec::new());
        let gone = |publication: &Publication| {
            publication.routes.engines.is_empty() && publication.is_ready()
        };
        said.wait_for(gone).await.unwrap();
        shutdown.cancel();
    };
    tokio::join!(run(&config, known, links, &publication, &shutdown), story);
}
