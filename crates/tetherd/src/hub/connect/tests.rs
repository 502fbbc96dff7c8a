//! Servers of all kinds, and what the agent reports about them.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

fn trust() -> Arc<ClientConfig> {
    tether_runtime::tls::client_config(None, "TETHERD_CA_FILE").unwrap()
}

/// The agent's message about a server that answers its first bytes with these.
async fn says(scheme: &str, answer: &'static str, token: Option<&str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        stream.write_all(answer.as_bytes()).await.unwrap();
    });
    let text = error(&format!("{scheme}://{address}/p"), token).await;
    server.await.unwrap();
    text.replace(&address.to_string(), "HUB")
}

async fn error(server: &str, token: Option<&str>) -> String {
    let server = server.parse().unwrap();
    let token = token.and_then(Token::new);
    let error = connect(&server, token.as_ref(), &trust(), &mut Addresses::new())
        .await
        .unwrap_err();
    let text = format!("{error:#}");
    assert!(!text.contains("s3cret"), "{text}");
    text
}

#[tokio::test]
async fn each_fault_is_named_with_its_remedy() {
    let empty = "\r\nContent-Length: 0\r\n\r\n";
    let cases = [
        (
            "401 Unauthorized",
            Some("s3cret"),
            "the hub at http://HUB/p refuses the token (401 Unauthorized): set TETHERD_TOKEN to",
        ),
        (
            "403 Forbidden",
            None,
            "the hub at http://HUB/p asks for a token (403 Forbidden): set TETHERD_TOKEN to",
        ),
        (
            "404 Not Found",
            None,
            "there is no hub at ws://HUB/p/api/ws (404 Not Found): correct the path or port of TETHERD_SERVER",
        ),
        ("426 Upgrade Required", None, "upgrade the older one"),
        (
            "302 Found\r\nLocation: https://hub/",
            None,
            "redirects to https://hub/: set TETHERD_SERVER",
        ),
        (
            "503 Service Unavailable",
            None,
            "is not ready (503 Service Unavailable)",
        ),
        (
            "400 Bad Request",
            None,
            "does not answer like a hub (400 Bad Request): check TETHERD_SERVER",
        ),
    ];
    for (status, token, expected) in cases {
        let answer = format!("HTTP/1.1 {status}{empty}").leak();
        let text = says("http", answer, token).await;
        assert!(text.contains(expected), "{text}");
    }
}

#[tokio::test]
async fn other_servers_are_told_from_hubs() {
    let text = says("http", "220 mail.example.com ESMTP\r\n", None).await;
    assert!(
        text.starts_with("http://HUB/p does not answer like a hub"),
        "{text}"
    );
    let text = says("https", "HTTP/1.1 400 Bad Request\r\n\r\n", None).await;
    assert_eq!(
        text,
        "https://HUB/p does not speak TLS: write http:// in TETHERD_SERVER"
    );
}

#[tokio::test]
async fn a_hub_without_our_wire_is_asked_without_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server: ServerUrl = format!("http://{}", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let older = async {
        let (first, _) = listener.accept().await.unwrap();
        // Its client is gone as soon as it knows.
        let _ = tokio_tungstenite::accept_async(first).await;
        let (second, _) = listener.accept().await.unwrap();
        tokio_tungstenite::accept_async(second).await.unwrap()
    };
    let (trust, mut known) = (trust(), Addresses::new());
    let (_kept, connected) = tokio::join!(older, connect(&server, None, &trust, &mut known));
    assert_eq!(connected.unwrap().2, WireVersion::Legacy);
}

#[tokio::test]
async fn nobody_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let text = error(&format!("http://{address}"), None).await;
    assert!(text.contains("is the hub (tether) running"), "{text}");
    let text = error("http://hub.invalid:3000", None).await;
    assert!(text.starts_with("cannot look up `hub.invalid`"), "{text}");
}
