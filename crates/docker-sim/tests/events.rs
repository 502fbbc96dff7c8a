//! Event streams: replay, filters, cut, silent and reordered streams.

use std::collections::BTreeSet;

use docker_sim::{ContainerSpec, Health};

use crate::support::serve;

#[tokio::test]
async fn only_the_last_256_events_are_replayed_and_until_ends_the_stream() {
    let served = serve();
    served.engine.run(ContainerSpec::new("web")).await.unwrap();
    for _ in 0..200 {
        served.engine.pause("web").unwrap();
        served.engine.unpause("web").unwrap();
    }
    // An `until` in the past ends the stream properly, after the events before it.
    let last = served.events("since=0").await.next().await.unwrap()["time"]
        .as_u64()
        .unwrap();
    let mut events = served.events(&format!("since=0&until={}", last - 1)).await;
    assert_eq!(events.next().await, Err("ended"));

    let (_, body) = served
        .ask("GET", &format!("/events?since=0&until={}", last + 1))
        .await;
    let count = body.matches("\"Action\"").count();
    assert_eq!(count, 256);
    assert!(
        !body.contains("\"Action\":\"create\""),
        "the oldest must be forgotten"
    );
}

#[tokio::test]
async fn events_are_filtered() {
    let served = serve();
    let engine = &served.engine;
    let id = engine
        .run(
            ContainerSpec::new("web")
                .label("a", "b")
                .health(Health::Healthy),
        )
        .await
        .unwrap();
    engine.run(ContainerSpec::new("other")).await.unwrap();
    for (filters, first) in [
        (r#"{"type":["network"]}"#, "connect"),
        (r#"{"event":["start"]}"#, "start"),
        (r#"{"event":["health_status"]}"#, "health_status: healthy"),
        (
            r#"{"event":{"health_status: healthy":true}}"#,
            "health_status: healthy",
        ),
        (r#"{"container":["other"],"event":["start"]}"#, "start"),
        (r#"{"label":["a=b"],"event":["start"]}"#, "start"),
    ] {
        let encoded: String = filters.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let event = served
            .events(&format!("since=0&filters={encoded}"))
            .await
            .next()
            .await
            .unwrap();
        assert_eq!(event["Action"], first, "{filters}");
        let other = filters.contains("other") || filters.contains("network");
        assert!(other || event["id"] == id.as_str(), "{filters}: {event}");
    }
}

#[tokio::test]
async fn cut_streams_end_without_a_last_chunk_and_silent_ones_lose_events() {
    let served = serve();
    let engine = &served.engine;
    let mut events = served.events("").await;
    engine.silence(true);
    engine.run(ContainerSpec::new("lost")).await.unwrap();
    engine.silence(false);
    engine.run(ContainerSpec::new("sent")).await.unwrap();
    assert_eq!(
        events.next().await.unwrap()["Actor"]["Attributes"]["name"],
        "sent"
    );
    let mut replayed = served.events("since=0").await;
    assert_eq!(
        replayed.next().await.unwrap()["Actor"]["Attributes"]["name"],
        "sent"
    );

    engine.cut_streams();
    while let Ok(event) = events.next().await {
        assert_eq!(
            event["Actor"]["Attributes"]["image"].is_string(),
            event["Type"] == "container"
        );
    }
    assert_eq!(events.next().await, Err("cut"));
    served.until(|seen| seen.streams == 0).await;
    // Streams that are opened later are not affected.
    let mut events = served.events("").await;
    engine.stop("sent").await.unwrap();
    assert_eq!(events.next().await.unwrap()["Action"], "kill");
}

#[tokio::test]
async fn reordered_events_all_arrive_some_twice_and_out_of_order() {
    let served = serve();
    served
        .engine
        .run(ContainerSpec::new("name0"))
        .await
        .unwrap();
    let mut events = served.events("event=rename").await;
    served.engine.reorder_events(true);
    for number in 0..100 {
        let (old, new) = (format!("name{number}"), format!("name{}", number + 1));
        served.engine.rename(&old, &new).unwrap();
    }
    let (mut row, mut seen) = (Vec::new(), BTreeSet::new());
    while seen.len() < 100 {
        let at = events.next().await.unwrap()["timeNano"].as_u64().unwrap();
        seen.insert(at);
        row.push(at);
    }
    assert!(row.len() > 100, "no event arrived twice");
    assert!(!row.is_sorted(), "all events arrived in order");
}
