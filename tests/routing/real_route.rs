//! Labels on real containers, answered through the real Traefik.

use anyhow::{Result, ensure};

use crate::harness::{TestBed, needs, soon};

#[tokio::test]
async fn a_container_is_routed_exactly_while_it_runs() -> Result<()> {
    needs!(Docker, Traefik);
    let bed = TestBed::start().await?;
    bed.engine.serve("first")?;
    let answer = bed.traefik.answers("first.test", 200).await?;
    assert_eq!(answer.text()?, "first\n");
    assert_eq!(bed.traefik.ask("second.test").await?.status, 404);

    bed.engine.serve("second")?;
    assert_eq!(
        bed.traefik.answers("second.test", 200).await?.text()?,
        "second\n"
    );

    bed.engine.docker(&["rm", "-f", "first"])?;
    bed.traefik.answers("first.test", 404).await?;
    assert_eq!(bed.traefik.ask("second.test").await?.text()?, "second\n");

    // The last one, too: an empty configuration is an answer.
    bed.engine.docker(&["rm", "-f", "second"])?;
    bed.traefik.answers("second.test", 404).await?;
    Ok(())
}

#[tokio::test]
async fn a_restart_gives_another_port_and_the_route_follows() -> Result<()> {
    needs!(Docker, Traefik);
    let bed = TestBed::start().await?;
    bed.engine.serve("moved")?;
    bed.traefik.answers("moved.test", 200).await?;
    let before = bed.engine.docker(&["port", "moved", "80/tcp"])?;
    // Another container takes the port that was free in between.
    bed.engine.docker(&["stop", "moved"])?;
    bed.engine.serve("other")?;
    bed.engine.docker(&["start", "moved"])?;
    let after = bed.engine.docker(&["port", "moved", "80/tcp"])?;
    ensure!(before != after, "the port did not move: {before}");
    soon("the moved container answers", async || {
        let answer = bed.traefik.ask("moved.test").await?.expect(200)?;
        ensure!(answer.text()? == "moved\n", "{:?} answers", answer.text());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn replicas_share_requests() -> Result<()> {
    needs!(Docker, Traefik);
    let bed = TestBed::start().await?;
    let labels = ["-p", "80", "-l", "traefik.enable=true"];
    let route = [
        "-l",
        "traefik.http.routers.shared.rule=Host(`shared.test`)",
        "-l",
        "traefik.http.services.shared.loadbalancer.server.port=80",
    ];
    for name in ["one", "two"] {
        let own = format!("NAME={name}");
        bed.engine
            .run(name, &[&labels[..], &route, &["-e", &own]].concat())?;
    }
    let mut seen = std::collections::BTreeSet::new();
    soon("both replicas answer", async || {
        seen.insert(
            bed.traefik
                .ask("shared.test")
                .await?
                .expect(200)?
                .text()?
                .to_owned(),
        );
        ensure!(seen.len() == 2, "only {seen:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn tcp_and_udp_have_routes_too() -> Result<()> {
    needs!(Docker, Traefik);
    let bed = TestBed::start().await?;
    let settings = [
        "-e",
        "NAME=deep",
        "-e",
        "UDP_PORT=53",
        "-p",
        "80",
        "-p",
        "53/udp",
    ];
    let labels = [
        "traefik.enable=true",
        "traefik.tcp.routers.deep.rule=HostSNI(`*`)",
        "traefik.tcp.routers.deep.entrypoints=tcp",
        "traefik.tcp.services.deep.loadbalancer.server.port=80",
        "traefik.udp.routers.deep.entrypoints=udp",
        "traefik.udp.services.deep.loadbalancer.server.port=53",
    ];
    let labels: Vec<&str> = labels.iter().flat_map(|label| ["-l", label]).collect();
    bed.engine.run("deep", &[&settings[..], &labels].concat())?;
    soon("TCP is answered", async || {
        let url = format!("http://127.0.0.1:{}/", bed.traefik.tcp);
        let answer = crate::harness::get(&url).await?.expect(200)?;
        ensure!(answer.text()? == "deep\n", "{:?} answers", answer.text());
        Ok(())
    })
    .await?;
    let answer = soon("UDP is answered", async || bed.traefik.datagram().await).await?;
    assert_eq!(answer, "deep\n");
    Ok(())
}
