//! A real dockerd with `--tlsverify`: what the agent finds there, and its messages about
//! certificates.

use anyhow::Result;

use crate::harness::{Authority, Engine, Hub, needs};

#[tokio::test]
async fn an_engine_with_mutual_tls() -> Result<()> {
    needs!(Docker);
    let authority = Authority::new("theirs")?;
    let (stranger, renewed) = (Authority::new("stranger")?, Authority::new("theirs")?);
    let hub = Hub::without_grace().await?;
    let engine = Engine::secured("secured", &authority).await?;
    engine.serve("web")?;
    let folder = engine.machine.folder.path();
    let server = format!("http://{}:{}", engine.machine.gateway, hub.port);
    let agent = |host: &str, folder: &std::path::Path, verify: &str| {
        let folder = format!("{}", folder.display());
        let settings = [
            ("TETHERD_SERVER", server.as_str()),
            ("DOCKER_HOST", host),
            ("DOCKER_CERT_PATH", folder.as_str()),
            ("DOCKER_TLS_VERIFY", verify),
        ];
        engine.agent_with(&settings)
    };
    let far = "tcp://localhost:2376";

    // Faults, and the messages about them.
    let nobody = folder.join("nobody");
    authority.trust(&nobody)?;
    let wrong_key = folder.join("stranger");
    stranger.issue(&wrong_key, &["stranger"])?;
    authority.trust(&wrong_key)?;
    let unknown = folder.join("unknown");
    authority.issue(&unknown, &["agent"])?;
    stranger.trust(&unknown)?;
    let outdated = folder.join("outdated");
    authority.issue(&outdated, &["agent"])?;
    renewed.trust(&outdated)?;
    let good = folder.join("agent");
    authority.issue(&good, &["agent"])?;
    for (host, certificates, words) in [
        (far, &nobody, ["DOCKER_CERT_PATH", "cert.pem"]),
        (far, &wrong_key, ["DOCKER_CERT_PATH", "cert.pem"]),
        (far, &unknown, ["unknown issuer", "ca.pem"]),
        (far, &outdated, ["unknown issuer", "ca.pem"]),
        (
            "tcp://127.0.0.1:2376",
            &good,
            ["for another name", "DOCKER_HOST"],
        ),
        (
            "http://127.0.0.1:2376",
            &good,
            ["speaks TLS only", "DOCKER_TLS_VERIFY=1"],
        ),
    ] {
        let wrong = agent(host, certificates, "1")?;
        wrong.process.line(&words).await?;
    }
    let mut none = agent(far, &folder.join("none"), "1")?;
    none.process
        .line(&["DOCKER_CERT_PATH", "there is no ca.pem"])
        .await?;
    let status = none
        .process
        .exited(std::time::Duration::from_secs(10))
        .await?;
    assert_eq!(status.code(), Some(2));

    // And what goes right, the events included.
    let _agent = agent(far, &good, "1")?;
    hub.route("web").await?;
    engine.serve("news")?;
    hub.route("news").await?;
    Ok(())
}
