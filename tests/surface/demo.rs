//! `tether demo`: its routes change by themselves, and its links open.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::harness::{Binaries, Browser, Process, command, get_with, needs, root, soon};

/// The longest time for the end of the demo.
const END: Duration = Duration::from_secs(5);

/// The demo, with the address and the token that it prints.
struct Demo {
    process: Process,
    address: String,
    token: String,
}

impl Demo {
    async fn start(arguments: &[&str], folder: &Path) -> Result<Self> {
        let mut command = command(&Binaries::get()?.tether);
        command
            .current_dir(root())
            .args(["demo", "--port", "0", "--traefik-port", "0", "--no-docker"])
            .args(arguments)
            .env("TMPDIR", folder);
        let process = Process::start("demo", &mut command)?;
        let line = process.line(&["Dashboard", "#token="]).await?;
        let link = line.split_whitespace().last().context("no address")?;
        let (address, token) = link.split_once("/#token=").context("no token")?;
        let (address, token) = (address.replace("localhost", "127.0.0.1"), token.to_owned());
        Ok(Self {
            process,
            address,
            token,
        })
    }

    async fn routes(&self) -> Result<BTreeSet<String>> {
        let bearer = format!("Bearer {}", self.token);
        let url = format!("{}/api/state", self.address);
        let state = get_with(&url, &[("authorization", &bearer)])
            .await?
            .expect(200)?
            .json()?;
        let rows = state["routes"].as_array().context("no routes")?;
        Ok(rows
            .iter()
            .filter_map(|row| row["name"].as_str())
            .map(str::to_owned)
            .collect())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // A killed demo leaves its Traefik behind.
        self.process.stop(END);
    }
}

#[tokio::test]
async fn the_demos_routes_change_and_its_end_leaves_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut demo = Demo::start(&[], folder.path()).await?;
    demo.process.line(&["providers:"]).await?;
    demo.process.line(&["endpoint:", "/config"]).await?;
    demo.process.line(&["Authorization:", &demo.token]).await?;

    let mut seen = BTreeSet::new();
    soon("a route that comes", async || {
        let now = demo.routes().await?;
        let some = !seen.is_empty();
        let new = now.difference(&seen).count() > 0;
        seen.extend(now);
        ensure!(some && new, "always {seen:?}");
        Ok(())
    })
    .await?;
    soon("a route that goes", async || {
        let now = demo.routes().await?;
        let gone = seen.difference(&now).count();
        seen.extend(now);
        ensure!(gone > 0, "all of them are here: {seen:?}");
        Ok(())
    })
    .await?;

    demo.process.terminate()?;
    let status = demo.process.exited(END).await?;
    ensure!(status.success(), "the demo ended with {status}");
    let left: Vec<_> = std::fs::read_dir(folder.path())?.collect::<Result<_, _>>()?;
    ensure!(left.is_empty(), "left behind: {left:?}");
    Ok(())
}

#[tokio::test]
async fn every_link_of_the_demo_opens_through_traefik() -> Result<()> {
    needs!(Traefik);
    let folder = tempfile::tempdir()?;
    let mut demo = Demo::start(&[], folder.path()).await?;
    let line = demo.process.line(&["Routes", "localhost:"]).await?;
    let port = line.split(':').next_back().context("no port")?;
    let port: u16 = port
        .chars()
        .take_while(char::is_ascii_digit)
        .collect::<String>()
        .parse()?;
    let bearer = format!("Bearer {}", demo.token);
    let state_url = format!("{}/api/state", demo.address);
    let traefik = format!("http://127.0.0.1:{port}/");
    // The routes that stay all the time, and the one that two hosts give the same name.
    for host in [
        "blog.localhost",
        "wiki.localhost",
        "whoami.localhost",
        "ops.localhost",
        "family.localhost",
    ] {
        soon(&format!("{host} opens"), async || {
            get_with(&traefik, &[("host", host)]).await?.expect(200)
        })
        .await?;
        let state: Value = get_with(&state_url, &[("authorization", &bearer)])
            .await?
            .json()?;
        let rows = state["routes"].as_array().context("no routes")?;
        let link = format!("http://{host}:{port}");
        let linked = rows
            .iter()
            .flat_map(|row| row["links"].as_array())
            .flatten();
        let linked = linked
            .filter_map(Value::as_str)
            .any(|url| url.starts_with(&link));
        ensure!(linked, "no route has the link {link}: {rows:#?}");
    }
    demo.process.terminate()?;
    demo.process.exited(END).await?;
    // Traefik has gone with it.
    soon("Traefik's port is free", async || {
        Ok(TcpListener::bind(("127.0.0.1", port))?)
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn the_printed_address_opens_the_dashboard() -> Result<()> {
    needs!(Browser, Web);
    let folder = tempfile::tempdir()?;
    let demo = Demo::start(&[], folder.path()).await?;
    let browser = Browser::start()?;
    browser
        .open(&format!("{}/#token={}", demo.address, demo.token))
        .await?;
    browser
        .until("document.querySelectorAll('[data-agent]').length === 3")
        .await?;
    browser
        .until("document.querySelector('[data-route=\"whoami\"]')?.checkVisibility()")
        .await?;
    browser
        .until("document.querySelector('[data-problem]')?.checkVisibility()")
        .await?;
    browser.screenshot("demo").await?;
    let complaints = browser.errors().await?;
    ensure!(complaints.is_empty(), "the page complained: {complaints:?}");
    Ok(())
}
