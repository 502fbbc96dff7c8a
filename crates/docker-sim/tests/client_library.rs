//! The engine through bollard, a client library for real engines.

use std::collections::HashMap;

use bollard::Docker;
use bollard::models::EventMessage;
use bollard::query_parameters::{
    EventsOptionsBuilder, InspectContainerOptions, ListContainersOptionsBuilder,
};
use docker_sim::{ContainerSpec, Engine, Health, Protocol, Publish};
use futures_util::{Stream, StreamExt};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::support::TEST_TIMEOUT;

struct Served {
    engine: Engine,
    docker: Docker,
    shutdown: CancellationToken,
    _folder: TempDir,
}

async fn serve() -> Served {
    let engine = Engine::new("host-a").with_host_address(std::net::Ipv4Addr::LOCALHOST);
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("docker.sock");
    let shutdown = CancellationToken::new();
    engine.serve_unix(&socket, shutdown.clone()).unwrap();
    let path = socket.to_str().unwrap();
    let docker = Docker::connect_with_unix(path, 10, bollard::API_DEFAULT_VERSION).unwrap();
    let docker = docker.negotiate_version().await.unwrap();
    Served {
        engine,
        docker,
        shutdown,
        _folder: folder,
    }
}

fn web() -> ContainerSpec {
    ContainerSpec::new("web")
        .label("traefik.enable", "true")
        .publish(80)
        .listening()
}

async fn names(docker: &Docker, filter: (&str, &str)) -> Vec<String> {
    let filters = HashMap::from([(filter.0.to_owned(), vec![filter.1.to_owned()])]);
    let options = ListContainersOptionsBuilder::new()
        .filters(&filters)
        .build();
    let list = docker.list_containers(Some(options)).await.unwrap();
    list.into_iter()
        .map(|container| container.names.unwrap()[0].clone())
        .collect()
}

async fn next(
    events: &mut (impl Stream<Item = Result<EventMessage, bollard::errors::Error>> + Unpin),
) -> String {
    let event = timeout(TEST_TIMEOUT, events.next())
        .await
        .expect("no event came")
        .unwrap()
        .unwrap();
    event.action.unwrap()
}

#[tokio::test]
async fn info_and_ping_identify_the_engine() {
    let served = serve().await;
    let Served { engine, docker, .. } = &served;
    let info = docker.info().await.unwrap();
    assert_eq!(info.name.as_deref(), Some("host-a"));
    assert_eq!(info.id, Some(engine.id()));
    assert_eq!(docker.ping().await.unwrap(), "OK");
    assert!(docker.version().await.unwrap().api_version.is_some());
}

#[tokio::test]
async fn containers_are_listed_and_inspected() {
    let served = serve().await;
    let Served { engine, docker, .. } = &served;
    let id = engine.run(web().compose("shop", "web")).await.unwrap();
    engine.create(ContainerSpec::new("idle")).unwrap();
    assert_eq!(names(docker, ("status", "running")).await, ["/web"]);
    assert_eq!(names(docker, ("status", "created")).await, ["/idle"]);
    assert_eq!(
        names(docker, ("label", "traefik.enable=true")).await,
        ["/web"]
    );
    assert_eq!(names(docker, ("name", "we")).await, ["/web"]);
    let inspected = docker
        .inspect_container("web", None::<InspectContainerOptions>)
        .await
        .unwrap();
    assert_eq!(inspected.id.as_deref(), Some(id.as_str()));
    assert_eq!(
        inspected.config.unwrap().labels.unwrap()["com.docker.compose.service"],
        "web"
    );
    let unknown = docker
        .inspect_container("nobody", None::<InspectContainerOptions>)
        .await;
    assert!(
        unknown
            .unwrap_err()
            .to_string()
            .contains("No such container: nobody")
    );
}

#[tokio::test]
async fn events_have_the_order_of_a_real_engine() {
    let served = serve().await;
    let Served { engine, docker, .. } = &served;
    let filters = HashMap::from([("type".to_owned(), vec!["container".to_owned()])]);
    let options = EventsOptionsBuilder::new().filters(&filters).build();
    let mut events = docker.events(Some(options));
    let mut observed = engine.observe();
    // The request is sent when the stream is first polled.
    let first = tokio::spawn(async move { (next(&mut events).await, events) });
    timeout(TEST_TIMEOUT, observed.wait_for(|seen| seen.streams == 1))
        .await
        .unwrap()
        .unwrap();
    engine.run(web().health(Health::Healthy)).await.unwrap();
    let (first, mut events) = first.await.unwrap();
    engine.rename("web", "app").unwrap();
    engine.set_health("app", Health::Unhealthy).unwrap();
    engine.pause("app").unwrap();
    engine.unpause("app").unwrap();
    engine.restart("app").await.unwrap();
    engine.remove("app").await.unwrap();
    let mut seen = vec![first];
    while seen.last().unwrap() != "destroy" {
        seen.push(next(&mut events).await);
    }
    let expected = [
        "create",
        "start",
        "health_status: healthy",
        "rename",
        "health_status: unhealthy",
        "pause",
        "unpause",
        "kill",
        "die",
        "stop",
        "start",
        "health_status: healthy",
        "restart",
        "kill",
        "die",
        "destroy",
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn injected_faults_reach_the_client() {
    let served = serve().await;
    let Served {
        engine,
        docker,
        shutdown,
        ..
    } = &served;
    engine.fail_lists(1);
    let failed = docker.list_containers(None).await.unwrap_err();
    assert!(failed.to_string().contains("injected failure"), "{failed}");
    assert!(docker.list_containers(None).await.unwrap().is_empty());

    let mut observed = engine.observe();
    let mut events = docker.events(None);
    let end = tokio::spawn(async move { events.next().await });
    timeout(TEST_TIMEOUT, observed.wait_for(|seen| seen.streams == 1))
        .await
        .unwrap()
        .unwrap();
    engine.cut_streams();
    assert!(!matches!(
        timeout(TEST_TIMEOUT, end).await.unwrap().unwrap(),
        Some(Ok(_))
    ));
    timeout(TEST_TIMEOUT, observed.wait_for(|seen| seen.streams == 0))
        .await
        .unwrap()
        .unwrap();

    shutdown.cancel();
    while docker.ping().await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_listening_container_answers_with_its_identity_while_it_runs() {
    let served = serve().await;
    let Served { engine, .. } = &served;
    engine.run(web().publish(Publish::udp(53))).await.unwrap();
    let address = engine.address("web", 80).unwrap();
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = b"GET /hello HTTP/1.1\r\nhost: web\r\nconnection: close\r\n\r\n";
    socket.write_all(request).await.unwrap();
    let mut answer = String::new();
    timeout(TEST_TIMEOUT, socket.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(
        answer.contains("\r\n\r\ncontainer: web\nengine: host-a\nport: 80\n"),
        "{answer}"
    );
    assert!(answer.contains("path: /hello\n"), "{answer}");

    let bindings = engine.bindings("web");
    let udp = bindings
        .iter()
        .find(|binding| binding.protocol == Protocol::Udp)
        .unwrap();
    let client = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    client
        .send_to(b"who?", udp.listens_at.unwrap())
        .await
        .unwrap();
    let mut buffer = [0; 1024];
    let length = timeout(TEST_TIMEOUT, client.recv(&mut buffer))
        .await
        .unwrap()
        .unwrap();
    assert!(buffer[..length].starts_with(b"container: web\nengine: host-a\nport: 53\n"));

    engine.stop("web").await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
    assert!(engine.bindings("web").is_empty());
}

#[tokio::test]
async fn an_ephemeral_port_is_a_new_one_at_each_start_and_differs_between_the_families() {
    let served = serve().await;
    let Served { engine, docker, .. } = &served;
    let spec = ContainerSpec::new("web").publish(Publish::tcp(80).dual_stack());
    engine.run(spec).await.unwrap();
    let ports = |engine: &Engine| -> Vec<u16> {
        engine
            .bindings("web")
            .iter()
            .map(|binding| binding.host_port)
            .collect()
    };
    let first = ports(engine);
    assert_eq!(first.len(), 2);
    assert_ne!(first[0], first[1]);
    engine.restart("web").await.unwrap();
    assert!(ports(engine).iter().all(|port| !first.contains(port)));
    let listed = docker
        .list_containers(None)
        .await
        .unwrap()
        .remove(0)
        .ports
        .unwrap();
    let mut listed: Vec<u16> = listed
        .iter()
        .map(|port| port.public_port.unwrap())
        .collect();
    let mut now = ports(engine);
    listed.sort_unstable();
    now.sort_unstable();
    assert_eq!(listed, now);
}

#[tokio::test]
async fn a_container_has_an_address_in_each_network_while_it_runs() {
    let served = serve().await;
    let engine = &served.engine;
    let spec = web().network("front").network("back").named("twin");
    engine.run(spec).await.unwrap();
    let addresses = engine.addresses("twin");
    assert_eq!(addresses.keys().collect::<Vec<_>>(), ["back", "front"]);
    let inspected = served
        .docker
        .inspect_container("twin", None::<InspectContainerOptions>)
        .await
        .unwrap();
    let networks = inspected.network_settings.unwrap().networks.unwrap();
    for (network, address) in addresses {
        assert_eq!(
            networks[&network].ip_address.as_deref(),
            Some(&*address.to_string())
        );
    }
    engine.stop("twin").await.unwrap();
    assert!(engine.addresses("twin").is_empty());
}
