//! Reads a folder of certificates as Docker's own client does: `ca.pem` signs the engine's
//! certificate, `cert.pem` and `key.pem` are the agent's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::{Error, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

/// The location of the certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificates {
    folder: PathBuf,
    /// True if somebody named the folder: then something is in it.
    named: bool,
}

impl Certificates {
    /// Those of this folder, or of the one where Docker's own client has its own.
    pub fn new(folder: Option<PathBuf>) -> Self {
        let named = folder.is_some();
        Self {
            folder: folder.unwrap_or_else(usual),
            named,
        }
    }

    /// The folder that they are in.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads them. The engine's own certificate is always checked.
    ///
    /// # Errors
    /// In words, with what to do: a file is missing, cannot be read, is of no use.
    pub(crate) fn load(&self) -> Result<Arc<ClientConfig>, String> {
        let [ca, certificate, key] = ["ca.pem", "cert.pem", "key.pem"].map(|name| self.file(name));
        if self.named && [&ca, &certificate, &key].iter().all(|file| file.is_none()) {
            return Err(format!(
                "DOCKER_CERT_PATH: there is no ca.pem, cert.pem or key.pem in {}: correct the path",
                self.folder.display()
            ));
        }
        let mut roots = RootCertStore::empty();
        match ca {
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(file) => {
                let (taken, _) = roots.add_parsable_certificates(certificates(&file)?);
                if taken == 0 {
                    return Err(format!("{} holds no certificate", file.display()));
                }
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS cannot be set up: {error}"))?
            .with_root_certificates(roots);
        let config = match (certificate, key) {
            (None, None) => config.with_no_client_auth(),
            (Some(certificate), Some(key)) => {
                let secret = PrivateKeyDer::from_pem_file(&key)
                    .map_err(|error| unreadable(&key, &error, "a private key"))?;
                let chain = certificates(&certificate)?;
                config
                    .with_client_auth_cert(chain, secret)
                    .map_err(|error| {
                        format!(
                            "{} and {} do not belong together: {error}",
                            certificate.display(),
                            key.display()
                        )
                    })?
            }
            (Some(_), None) => return Err(self.lacks("cert.pem", "key.pem")),
            (None, Some(_)) => return Err(self.lacks("key.pem", "cert.pem")),
        };
        Ok(Arc::new(config))
    }

    /// One of its files; one that cannot be looked at is there.
    fn file(&self, name: &str) -> Option<PathBuf> {
        let path = self.folder.join(name);
        let missing = path.try_exists().is_ok_and(|exists| !exists);
        (!missing).then_some(path)
    }

    fn lacks(&self, there: &str, missing: &str) -> String {
        format!(
            "{} has a {there} and no {missing}: put the missing one there, or set \
             DOCKER_CERT_PATH",
            self.folder.display()
        )
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(certificates) if certificates.is_empty() => {
            Err(unreadable(file, &Error::NoItemsFound, "a certificate"))
        }
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unreadable(file, &error, "a certificate")),
    }
}

fn unreadable(file: &Path, error: &Error, wanted: &str) -> String {
    match error {
        Error::NoItemsFound => format!("{} holds no {} in PEM form", file.display(), &wanted[2..]),
        Error::Io(error) => format!("cannot read {}: {error}", file.display()),
        error => format!("{} is not {wanted} in PEM form: {error}", file.display()),
    }
}

fn usual() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    match set("DOCKER_CONFIG") {
        Some(folder) => folder.into(),
        None => PathBuf::from(set("HOME").unwrap_or_else(|| "/root".into())).join(".docker"),
    }
}

#[cfg(test)]
mod tests;
