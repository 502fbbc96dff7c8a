//! Folders of certificates that cannot be used.

use std::fs;

use super::*;

/// The error about a folder with these files.
fn error(files: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let certificates = Certificates::new(Some(folder.path().to_owned()));
    certificates.load().unwrap_err()
}

#[test]
fn what_is_wrong_is_said() {
    let broken = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(error(&[]).contains("DOCKER_CERT_PATH: there is no ca.pem"));
    assert!(error(&[("ca.pem", "")]).contains("ca.pem holds no certificate in PEM form"));
    assert!(error(&[("ca.pem", broken)]).contains("ca.pem is not a certificate"));
    assert!(error(&[("ca.pem", empty)]).contains("ca.pem holds no certificate"));
    assert!(error(&[("cert.pem", empty)]).contains("a cert.pem and no key.pem"));
    assert!(error(&[("key.pem", empty)]).contains("a key.pem and no cert.pem"));
    let both = error(&[("cert.pem", empty), ("key.pem", empty)]);
    assert!(
        both.contains("key.pem holds no private key in PEM form"),
        "{both}"
    );
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("ca.pem")).unwrap();
    let folder = Certificates::new(Some(folder.path().to_owned()));
    assert!(folder.load().unwrap_err().contains("cannot read"));
}
