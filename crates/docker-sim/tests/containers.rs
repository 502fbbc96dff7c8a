//! Ports, networks and the pages of listening containers.

use docker_sim::{ContainerSpec, Publish};
use tokio::net::{TcpListener, TcpStream};

use crate::support::serve;

#[tokio::test]
async fn a_port_is_allocated_once_and_becomes_free_again() {
    let served = serve();
    let engine = &served.engine;
    let at = |name: &str| ContainerSpec::new(name).publish(Publish::tcp(80).at(8080));
    engine.run(at("first")).await.unwrap();
    let refused = format!("{:#}", engine.run(at("second")).await.unwrap_err());
    assert!(
        refused.contains("Bind for 0.0.0.0:8080 failed: port is already allocated"),
        "{refused}"
    );
    assert_eq!(served.names("all=1").await, ["/second", "/first"]);
    engine.stop("first").await.unwrap();
    engine.start("second").await.unwrap();
    engine.remove("second").await.unwrap();
    engine.start("first").await.unwrap();
    assert_eq!(engine.bindings("first")[0].host_port, 8080);

    let used = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = used.local_addr().unwrap().port();
    let spec = ContainerSpec::new("third")
        .publish(Publish::tcp(80).at(port))
        .listening();
    let refused = format!("{:#}", engine.run(spec).await.unwrap_err());
    assert!(
        refused.contains(&format!("cannot listen on 127.0.0.1:{port}/tcp")),
        "{refused}"
    );
}

#[tokio::test]
async fn containers_with_another_network_have_no_ports_of_their_own() {
    let served = serve();
    let engine = &served.engine;
    let vpn = engine
        .run(ContainerSpec::new("vpn").publish(80))
        .await
        .unwrap();
    engine
        .run(
            ContainerSpec::new("app")
                .expose(80)
                .network_mode("container:vpn"),
        )
        .await
        .unwrap();
    engine
        .run(ContainerSpec::new("bare").expose(80).network_mode("host"))
        .await
        .unwrap();
    let (_, list) = served.get("/containers/json").await;
    assert_eq!(list[0]["HostConfig"]["NetworkMode"], "host");
    assert_eq!(list[0]["Ports"], serde_json::json!([]));
    assert_eq!(
        list[1]["HostConfig"]["NetworkMode"],
        format!("container:{vpn}")
    );
    assert_eq!(list[1]["Ports"], serde_json::json!([]));
    assert_eq!(
        list[1]["NetworkSettings"]["Networks"],
        serde_json::json!({})
    );
    engine.stop("app").await.unwrap();
    engine.stop("vpn").await.unwrap();
    let refused = format!("{:#}", engine.start("app").await.unwrap_err());
    assert!(
        refused.contains("cannot join network of a non running container"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_dual_stack_port_really_listens_on_both_families() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        eprintln!("skipped: this machine has no IPv6");
        return;
    }
    let served = serve();
    let spec = ContainerSpec::new("web")
        .publish(Publish::tcp(80).dual_stack())
        .listening();
    served.engine.run(spec).await.unwrap();
    let bindings = served.engine.bindings("web");
    assert_eq!(bindings.len(), 2);
    for binding in &bindings {
        let address = binding.listens_at.unwrap();
        assert_eq!(address.port(), binding.host_port);
        assert_eq!(address.is_ipv6(), binding.host_ip.is_ipv6());
        TcpStream::connect(address).await.unwrap();
    }
    let wrong =
        std::net::SocketAddr::new(bindings[0].listens_at.unwrap().ip(), bindings[1].host_port);
    assert!(
        TcpStream::connect(wrong).await.is_err(),
        "the IPv6 port answers on IPv4"
    );
}

#[tokio::test]
async fn a_browser_gets_a_page_in_which_headers_are_escaped() {
    let served = serve();
    served
        .engine
        .run(ContainerSpec::new("web").publish(80).listening())
        .await
        .unwrap();
    served.engine.rename("web", "app").unwrap();
    let page = served
        .ask_container("accept: text/html,*/*;q=0.8\r\nx-bad: <script>\"&\r\n")
        .await;
    assert!(page.contains("content-type: text/html"), "{page}");
    assert!(page.contains("<h1>app</h1>"), "{page}");
    assert!(page.contains("x-bad: &lt;script&gt;&quot;&amp;"), "{page}");
    let text = served
        .ask_container("accept: */*\r\nx-bad: <script>\r\n")
        .await;
    assert!(
        text.contains("content-type: text/plain") && text.contains("x-bad: <script>"),
        "{text}"
    );
}
