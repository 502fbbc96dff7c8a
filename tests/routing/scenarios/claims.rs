//! Checks a claim of a scene.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};
use serde_json::Value;

use super::gateways::Gateway;
use super::reader::{Claim, What};
use crate::harness::{Engine, Hub, Traefik, get, get_with, soon};

impl Claim {
    /// Waits until it holds; an answer of somebody else's is an error at once.
    pub(super) async fn holds(&self, hub: &Hub, engine: &Engine, gateway: &Gateway) -> Result<()> {
        match &self.what {
            What::Http(host, names) => {
                answered(names, async || {
                    let answer = get_with(&gateway.web, &[("host", host)]).await?;
                    Ok(answer.expect(200)?.text()?.to_owned())
                })
                .await
            }
            What::Tcp(entry_point, names) => {
                let url = format!("http://127.0.0.1:{}/", gateway.port(entry_point)?);
                answered(names, async || {
                    Ok(get(&url).await?.expect(200)?.text()?.to_owned())
                })
                .await
            }
            What::Udp(entry_point, names) => {
                let port = gateway.port(entry_point)?;
                answered(names, async || Traefik::datagram_at(port).await).await
            }
            What::None(host) => {
                let answer = get_with(&gateway.web, &[("host", host)]).await?;
                answer.expect(404).map(drop)
            }
            What::Problem(container, code, words) => {
                let what = format!("{code} of {container}: {words}");
                let is = |row: &Value| {
                    row["origin"]["container"] == *container
                        && row["code"] == *code
                        && row["message"]
                            .as_str()
                            .is_some_and(|text| text.contains(words))
                };
                hub.row("problems", &what, is).await.map(drop)
            }
            What::Because(container, words) => {
                let is = |row: &Value| {
                    row["servers"].as_array().is_some_and(|servers| {
                        servers.iter().any(|server| {
                            server["origin"]["container"] == *container
                                && server["reason"]
                                    .as_str()
                                    .is_some_and(|why| why.contains(words))
                        })
                    })
                };
                let what = format!("a server of {container} because {words}");
                hub.row("routes", &what, is).await.map(drop)
            }
            What::Differ(container, port) => {
                let bindings = engine.docker(&["port", container, port])?;
                let numbers = bindings.lines().filter_map(|line| line.rsplit(':').next());
                let numbers: BTreeSet<&str> = numbers.collect();
                // Newer engines give one number to both, if they can.
                let api = engine.docker(&["version", "--format", "{{.Server.APIVersion}}"])?;
                let minor = api.split('.').nth(1).and_then(|text| text.parse().ok());
                let is_newer = minor.is_some_and(|minor: u32| minor > 44);
                ensure!(numbers.len() == 2 || is_newer, "both families: {bindings}");
                Ok(())
            }
        }
    }
}

/// Asks until all of `names` have answered.
async fn answered(names: &[String], mut ask: impl AsyncFnMut() -> Result<String>) -> Result<()> {
    let mut missing: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let mut wrong = None;
    soon(
        &format!("answered by {}", names.join(" and ")),
        async || {
            let answer = ask().await?;
            let answer = answer.trim();
            if names.iter().all(|name| name != answer) {
                wrong = Some(answer.to_owned());
                return Ok(());
            }
            missing.remove(answer);
            ensure!(missing.is_empty(), "not by {missing:?}");
            Ok(())
        },
    )
    .await?;
    if let Some(wrong) = wrong {
        bail!("`{wrong}` answers instead of {}", names.join(" or "));
    }
    Ok(())
}
