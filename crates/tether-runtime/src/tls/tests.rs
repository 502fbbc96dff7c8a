//! Files of certificates.

use super::*;

#[test]
fn a_file_without_certificates_is_no_trust() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    assert!(
        client_config(Some(&path), "TETHERD_CA_FILE")
            .unwrap_err()
            .to_string()
            .contains("TETHERD_CA_FILE")
    );
    std::fs::write(&path, "nothing").unwrap();
    assert!(
        client_config(Some(&path), "TETHERD_CA_FILE")
            .unwrap_err()
            .to_string()
            .contains("holds no certificate")
    );
}
