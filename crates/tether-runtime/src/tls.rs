//! Sets TLS up for connections to a hub, and explains handshakes that fail.

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{CertificateError, ClientConfig, Error, RootCertStore};

/// A TLS configuration that trusts the public certificates and those in `ca_file`; `setting` is
/// the name of the setting with that path.
///
/// # Errors
/// If the file cannot be read or holds no certificate.
pub fn client_config(ca_file: Option<&Path>, setting: &str) -> anyhow::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(path) = ca_file {
        let name = format!("{setting}: {}", path.display());
        let certificates = CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| anyhow!("{name}: {error}"))?;
        let (added, _) = roots.add_parsable_certificates(certificates);
        if added == 0 {
            bail!("{name} holds no certificate: use the hub's CA in PEM form");
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context("TLS cannot be set up")?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Explains why the TLS handshake with `server` failed and what to do. `address` and `ca_file`
/// name the settings with the server's address and with further certificates to trust.
pub fn handshake_error(
    server: &dyn Display,
    error: &io::Error,
    address: &str,
    ca_file: &str,
) -> anyhow::Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    let Some(inner) = inner else {
        return anyhow!(
            "{server} closed the connection during the TLS handshake ({error}): is it a hub?"
        );
    };
    match inner {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => anyhow!(
            "the certificate of {server} has an unknown issuer: set {ca_file} to a file with its CA"
        ),
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => anyhow!("the certificate of {server} is for another name: use that name in {address}"),
        Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => anyhow!(
            "the certificate of {server} has expired: renew it, or correct this host's clock"
        ),
        Error::InvalidMessage(_) => {
            anyhow!("{server} does not speak TLS: write http:// in {address}")
        }
        error => anyhow!("the TLS handshake with {server} failed ({error}): check its certificate"),
    }
}

#[cfg(test)]
mod tests;
