//! Finds out whether a server speaks TLS.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::probe::targets::Host;

/// The limit for the goodbye after a handshake.
const GOODBYE_LIMIT: Duration = Duration::from_millis(300);

/// The answer to a TLS handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The server speaks TLS, even if it rejects this handshake.
    Tls,
    /// The server speaks something else.
    Other,
    /// The server closed the connection.
    Closed,
}

/// Shakes hands, and says goodbye.
pub(super) async fn handshake(host: &Host, stream: TcpStream) -> Answer {
    let connector = TlsConnector::from(Arc::clone(&CONFIG));
    match connector.connect(server_name(host), stream).await {
        Ok(mut stream) => {
            // Servers log connections that end without it.
            let _ = timeout(GOODBYE_LIMIT, stream.shutdown()).await;
            Answer::Tls
        }
        Err(error) => answer(&error),
    }
}

fn answer(error: &io::Error) -> Answer {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    match inner {
        None => Answer::Closed,
        Some(Error::InvalidMessage(_)) => Answer::Other,
        // An alert, an old version, a broken certificate: TLS all the same.
        Some(_) => Answer::Tls,
    }
}

/// The name that the server is asked for. Traefik sends none for an address either.
fn server_name(host: &Host) -> ServerName<'static> {
    match host {
        Host::Ip(ip) => ServerName::from(*ip),
        Host::Name(name) => ServerName::try_from(name.to_string())
            .unwrap_or_else(|_| ServerName::from(IpAddr::from([127, 0, 0, 1]))),
    }
}

/// Accepts every certificate: nothing is sent on these connections, and whether the gateway trusts
/// the certificate is for the gateway to say.
static CONFIG: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| {
    let provider = Arc::new(ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("the provider has all default versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AcceptAll(provider)))
        .with_no_client_auth();
    // A handshake of its own each time, so that a change of the server is seen.
    config.resumption = rustls::client::Resumption::disabled();
    Arc::new(config)
});

#[derive(Debug)]
struct AcceptAll(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAll {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
