use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::probe::finding::NotTried;

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

const ANSWERS: Finding = Finding::Answers;

fn target(protocol: Protocol, address: SocketAddr) -> Target {
    Target {
        protocol,
        host: Host::Ip(address.ip()),
        port: address.port(),
        tls_is_usual: address.port() % 1000 == 443,
    }
}

async fn full(protocol: Protocol, address: SocketAddr) -> Finding {
    attempt(&target(protocol, address), Depth::Full, true).await
}

async fn knock(address: SocketAddr) -> Finding {
    attempt(&target(Protocol::Http, address), Depth::Knock, true).await
}

async fn listener(ip: IpAddr) -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((ip, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A server that handles each connection like this.
async fn server<F: Future<Output = ()> + Send + 'static>(
    handle: impl Fn(TcpStream) -> F + Send + 'static,
) -> SocketAddr {
    let (listener, address) = listener(V4).await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(handle(stream));
        }
    });
    address
}

fn acceptor() -> TlsAcceptor {
    let made = rcgen::generate_simple_self_signed(vec!["app".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// A TLS server. The handle returns what its first connection ended with.
async fn tls_server(ip: IpAddr, port: u16) -> (SocketAddr, JoinHandle<io::Result<usize>>) {
    let listener = TcpListener::bind((ip, port)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = acceptor();
    let first = tokio::spawn(async move {
        let (stream, _) = listener.accept().await?;
        let mut stream = acceptor.accept(stream).await?;
        stream.read(&mut [0; 16]).await
    });
    (address, first)
}

/// A port that nothing listens on.
async fn refusing(ip: IpAddr) -> SocketAddr {
    listener(ip).await.1
}

#[tokio::test]
async fn a_refusing_port_is_recognized() {
    let address = refusing(V4).await;
    for depth in [Depth::Knock, Depth::Full] {
        for protocol in [Protocol::Http, Protocol::Https, Protocol::Tcp] {
            let found = attempt(&target(protocol, address), depth, true).await;
            assert_eq!(found, Finding::Fails(Failure::Refused));
        }
    }
}

#[tokio::test]
async fn ipv6_is_tried() {
    let Ok(listener) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await else {
        return; // This machine has no IPv6.
    };
    let address = listener.local_addr().unwrap();
    assert_eq!(knock(address).await, ANSWERS);
    assert_eq!(full(Protocol::Http, address).await, ANSWERS);
    drop(listener);
    assert_eq!(knock(address).await, Finding::Fails(Failure::Refused));
}

#[tokio::test]
async fn a_server_that_waits_for_a_request_answers_and_receives_nothing() {
    let (listener, address) = listener(V4).await;
    for protocol in [Protocol::Http, Protocol::Tcp] {
        assert_eq!(full(protocol, address).await, ANSWERS);
        let (mut stream, _) = listener.accept().await.unwrap();
        assert_eq!(stream.read(&mut [0; 16]).await.unwrap(), 0);
    }
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn the_program_behind_an_address_does_not_see_a_knock() {
    let (listener, address) = listener(V4).await;
    for _ in 0..5 {
        assert_eq!(knock(address).await, ANSWERS);
    }
    // The next connection that the program sees is this one.
    let client = TcpStream::connect(address).await.unwrap();
    let (_, peer) = listener.accept().await.unwrap();
    assert_eq!(peer, client.local_addr().unwrap());
}

#[tokio::test]
async fn a_server_that_does_not_answer_the_handshake_is_silent() {
    // With the backlog full the kernel drops further connections.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((V4, 0).into()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut connections = Vec::new();
    while let Ok(Ok(stream)) = timeout(LISTEN_TIME, TcpStream::connect(address)).await {
        connections.push(stream);
    }
    assert_eq!(knock(address).await, Finding::Fails(Failure::Silent));
}

#[tokio::test]
async fn a_port_forwarder_with_nothing_behind_it_is_recognized() {
    let address = server(|stream| async { drop(stream) }).await;
    for (protocol, failure) in [
        (Protocol::Http, Failure::Closed),
        (Protocol::Tcp, Failure::Closed),
        (Protocol::Https, Failure::NoHandshake),
        (Protocol::Tls, Failure::NoHandshake),
    ] {
        assert_eq!(full(protocol, address).await, Finding::Fails(failure));
    }
}

#[tokio::test]
async fn a_server_that_speaks_first_is_no_http_server() {
    let said = |text: &'static [u8]| {
        server(move |mut stream| async move {
            let _ = stream.write_all(text).await;
            let _ = stream.read(&mut [0; 16]).await;
        })
    };
    let ssh = said(b"SSH-2.0-OpenSSH_9.2\r\n").await;
    let speaks = Finding::Fails(Failure::SpeaksFirst);
    assert_eq!(full(Protocol::Http, ssh).await, speaks);
    assert_eq!(full(Protocol::Tcp, ssh).await, ANSWERS);
    let overloaded = said(b"HTTP/1.1 503 Service Unavailable\r\n\r\n").await;
    assert_eq!(full(Protocol::Http, overloaded).await, ANSWERS);
}

#[tokio::test]
async fn a_tls_server_answers_and_hears_a_goodbye() {
    for protocol in [Protocol::Https, Protocol::Tls] {
        let (address, first) = tls_server(V4, 0).await;
        assert_eq!(full(protocol, address).await, ANSWERS);
        assert_eq!(first.await.unwrap().unwrap(), 0, "a clean end");
    }
}

#[tokio::test]
async fn a_server_that_should_speak_tls_and_does_not_is_recognized() {
    let answers_400 = server(|mut stream| async move {
        let _ = stream.read(&mut [0; 512]).await;
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    });
    let address = answers_400.await;
    let wrong = Finding::Fails(Failure::SpeaksNoTls);
    assert_eq!(full(Protocol::Https, address).await, wrong);
    assert_eq!(full(Protocol::Tls, address).await, wrong);

    let (_listener, address) = listener(V4).await;
    let found = full(Protocol::Https, address).await;
    assert_eq!(found, Finding::Fails(Failure::NoHandshake));
}

#[tokio::test]
async fn a_tls_server_behind_plain_http_is_recognized_at_the_usual_ports() {
    // Another address of this machine for each run, since the port is fixed.
    let ip = Ipv4Addr::from_bits(0x7f00_0000 | (std::process::id() & 0x00ff_fffe) | 0x0001_0000);
    let (address, _first) = tls_server(ip.into(), 8443).await;
    let speaks_tls = Finding::Fails(Failure::SpeaksTls);
    assert_eq!(full(Protocol::Http, address).await, speaks_tls);
}

#[tokio::test]
async fn names_are_resolved_and_their_addresses_checked() {
    let (_listener, address) = listener(V4).await;
    let named = |name: &str| Target {
        protocol: Protocol::Http,
        host: Host::Name(name.into()),
        port: address.port(),
        tls_is_usual: address.port() % 1000 == 443,
    };
    let local = named("localhost");
    assert_eq!(attempt(&local, Depth::Knock, true).await, ANSWERS);
    let found = attempt(&local, Depth::Knock, false).await;
    assert_eq!(found, Finding::NotTried(NotTried::Loopback));
    // The C library reads this as 169.254.169.254.
    let found = attempt(&named("0xa9fea9fe"), Depth::Full, true).await;
    assert_eq!(found, Finding::NotTried(NotTried::LinkLocal));
    let found = attempt(&named("nothing.invalid"), Depth::Full, true).await;
    assert_eq!(found, Finding::Fails(Failure::NameNotFound));
}

#[test]
fn errors_of_the_hubs_own_say_nothing_about_the_server() {
    let too_many_files = io::Error::from_raw_os_error(24);
    assert_eq!(of_error(&too_many_files), Finding::Unknown);
    let no_route = io::Error::from(io::ErrorKind::HostUnreachable);
    assert_eq!(of_error(&no_route), Finding::Fails(Failure::NoRoute));
}
