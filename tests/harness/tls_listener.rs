//! Accepts TLS connections for a simulated engine.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;

/// Connections whose handshake waits to be accepted.
const BACKLOG: usize = 16;

/// A port that, like `dockerd --tlsverify`, requires a client's certificate.
pub(crate) struct TlsListener {
    address: SocketAddr,
    // A caller may stop waiting for a connection, which must not end a handshake.
    connections: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
}

impl TlsListener {
    /// Listens on a free port of this machine with the `cert.pem` and `key.pem` in `folder`, for
    /// clients whose certificate the `ca.pem` there signed.
    pub(crate) async fn bind(folder: &Path) -> Result<Self> {
        let acceptor = TlsAcceptor::from(Arc::new(config(folder)?));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (sender, connections) = mpsc::channel(BACKLOG);
        tokio::spawn(async move {
            while let Ok((stream, client)) = listener.accept().await {
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                tokio::spawn(async move {
                    // A client without a certificate gets no connection.
                    if let Ok(stream) = acceptor.accept(stream).await {
                        let _ = sender.send((stream, client)).await;
                    }
                });
            }
        });
        Ok(Self {
            address,
            connections,
        })
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.connections.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}

fn config(folder: &Path) -> Result<ServerConfig> {
    let mut clients = RootCertStore::empty();
    clients.add(CertificateDer::from_pem_file(folder.join("ca.pem"))?)?;
    let provider = Arc::new(ring::default_provider());
    let clients =
        WebPkiClientVerifier::builder_with_provider(clients.into(), provider.clone()).build()?;
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(clients)
        .with_single_cert(
            vec![CertificateDer::from_pem_file(folder.join("cert.pem"))?],
            PrivateKeyDer::from_pem_file(folder.join("key.pem"))?,
        )?;
    Ok(config)
}
