use std::collections::BTreeMap;

use serde_json::{Value, json};
use tether_proto::DEFAULT_ENV;
use tokio::net::TcpListener;
use tokio::time::timeout;
use traefik_config::{Container, Element, Engine, Kind, RouteSet, Section};

use super::*;
use crate::compile::AgentRoutes;
use crate::merge::{Policy, merge};
use crate::probe::finding::{Failure, Reachability};
use crate::publish::Environment;

/// A service with these servers.
pub(in crate::probe) fn service(section: Section, name: &str, servers: &[Value]) -> Element {
    Element {
        section,
        kind: Kind::Services,
        name: name.to_owned(),
        body: json!({ "loadBalancer": { "servers": servers } }),
        implicit: false,
    }
}

/// The snapshot of a hub whose one container asks for these elements.
pub(in crate::probe) fn snapshot(elements: &[Element]) -> Snapshot {
    let container = Container {
        name: "app".to_owned(),
        elements: elements.to_vec(),
        ..Container::default()
    };
    let engine = Engine {
        listed: true,
        containers: vec![container],
        ..Engine::default()
    };
    let routes = RouteSet {
        engines: vec![engine],
    };
    let merged = merge(&[AgentRoutes::new("host", &routes)], &Policy::default());
    let environment = Arc::new(Environment::new(merged));
    Snapshot {
        environments: BTreeMap::from([(DEFAULT_ENV.to_owned(), environment)]),
        ..Snapshot::default()
    }
}

/// Longer than a new server may be starting.
const LIMIT: Duration = Duration::from_secs(20);

async fn until(
    results: &mut watch::Receiver<Arc<Results>>,
    what: &str,
    wanted: impl Fn(&Results) -> bool,
) {
    let reached = timeout(LIMIT, results.wait_for(|results| wanted(results))).await;
    reached.expect(what).expect("the watch runs");
}

#[tokio::test]
async fn results_follow_the_snapshot() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let good = listener.local_addr().unwrap();
    let vanished = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let bad = vanished.local_addr().unwrap();
    drop(vanished);
    let server = |address| json!({ "url": format!("http://{address}") });
    let both = snapshot(&[service(Section::Http, "app", &[server(good), server(bad)])]);
    let one = snapshot(&[service(Section::Http, "app", &[server(good)])]);

    let (snapshots, receiver) = watch::channel(Arc::new(both));
    let (sender, mut results) = watch::channel(Arc::default());
    let shutdown = CancellationToken::new();
    let publish = move |results| drop(sender.send_replace(results));
    let task = tokio::spawn(watch(receiver, publish, || true, shutdown.clone()));
    let known = |results: &Results| -> BTreeMap<String, Reachability> {
        let known = results.known.iter();
        known
            .map(|(target, known)| (target.to_string(), *known))
            .collect()
    };
    let url = |address| format!("http://{address}");
    let answers = (url(good), Reachability::Answers);
    let is = |wanted: Vec<(String, Reachability)>| {
        move |results: &Results| known(results) == wanted.iter().cloned().collect()
    };
    let waiting = (url(bad), Reachability::Waiting);
    until(
        &mut results,
        "one answers",
        is(vec![answers.clone(), waiting]),
    )
    .await;
    let refuses = (url(bad), Reachability::Fails(Failure::Refused));
    until(
        &mut results,
        "one refuses",
        is(vec![answers.clone(), refuses]),
    )
    .await;

    snapshots.send_replace(Arc::new(one));
    until(&mut results, "one is gone", is(vec![answers])).await;
    shutdown.cancel();
    timeout(LIMIT, task)
        .await
        .expect("it ends")
        .expect("in order");
}
