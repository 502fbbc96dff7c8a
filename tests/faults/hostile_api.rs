//! APIs of gateways that lie, are huge or slow, redirect, or belong to somebody else: no wrong
//! verdict, no credentials for others, and `/config` goes on.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::{Hub, SimulatedHost, eventually, soon, web};

/// More than the hub reads of one answer.
const HUGE_BYTES: usize = 40 * 1024 * 1024;

/// The longest time until a gateway that failed is asked again.
const AGAIN: Duration = Duration::from_secs(90);

/// What a server does with a request for `/api/rawdata`.
#[derive(Clone)]
enum Manner {
    /// It answers with this.
    Says(String),
    /// It answers with more than anybody wants.
    Huge,
    /// It begins to answer, and never ends.
    Slow,
    /// It sends the client to this address, for every request.
    Redirects(SocketAddr),
}

/// Starts a server that pretends to be Traefik 3.7.15; `seen` counts its requests.
async fn pretender(manner: Manner, seen: Arc<AtomicUsize>) -> Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (manner, seen) = (manner.clone(), Arc::clone(&seen));
            tokio::spawn(async move {
                // The client ends the connection where it has enough.
                drop(converse(stream, &manner, &seen).await);
            });
        }
    });
    Ok(address)
}

async fn converse(mut stream: TcpStream, manner: &Manner, seen: &AtomicUsize) -> Result<()> {
    loop {
        let path = request_path(&mut stream).await?;
        seen.fetch_add(1, Ordering::Relaxed);
        if let Manner::Redirects(to) = manner {
            let head = format!(
                "HTTP/1.1 302 Found\r\nLocation: http://{to}{path}\r\nContent-Length: 0\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await?;
            continue;
        }
        if path == "/api/version" {
            let version = json!({ "Version": "3.7.15", "startDate": "2026-01-01T00:00:00Z" });
            say(&mut stream, &version.to_string()).await?;
        } else if path.starts_with("/api/entrypoints") {
            say(&mut stream, r#"[{"name":"web","address":":80"}]"#).await?;
        } else {
            match manner {
                Manner::Says(text) => say(&mut stream, text).await?,
                Manner::Huge => say(&mut stream, &" ".repeat(HUGE_BYTES)).await?,
                Manner::Slow | Manner::Redirects(_) => {
                    stream
                        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
                        .await?;
                    // Until the client gives up.
                    stream.read_u8().await?;
                }
            }
        }
    }
}

async fn request_path(stream: &mut TcpStream) -> Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head)?;
    let path = head.split(' ').nth(1);
    Ok(path.context("no path")?.to_owned())
}

async fn say(stream: &mut TcpStream, body: &str) -> Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await?;
    Ok(stream.write_all(body.as_bytes()).await?)
}

/// A Traefik that reads another hub: our name, another rule, and disabled there.
fn of_another_hub() -> String {
    let router = json!({
        "entryPoints": ["web"], "service": "app", "rule": "Host(`other.test`)",
        "status": "disabled", "error": ["nothing works here"], "using": ["web"],
    });
    json!({ "routers": { "app@http": router } }).to_string()
}

/// Other providers' elements with our names.
fn of_other_providers() -> String {
    let router = json!({
        "entryPoints": ["web"], "service": "app", "rule": "Host(`app.test`)",
        "status": "disabled", "error": ["not ours"],
    });
    json!({ "routers": { "app@docker": router, "app@file": router } }).to_string()
}

/// More brackets than a decoder should follow.
fn deep() -> String {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    format!(r#"{{"routers":{{"app@http":{deep}}}}}"#)
}

async fn notes(hub: &Hub) -> Result<Vec<(String, String)>> {
    let state = hub.state().await?;
    let problems = state["problems"].as_array().context("no problems")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = problems.iter();
    Ok(all
        .map(|one| (text(&one["code"]), text(&one["message"])))
        .collect())
}

#[tokio::test]
async fn apis_that_lie_do_no_harm() -> Result<()> {
    let thief_seen = Arc::new(AtomicUsize::new(0));
    let thief = pretender(Manner::Says("{}".to_owned()), Arc::clone(&thief_seen)).await?;
    let manners = [
        ("redirects", Manner::Redirects(thief)),
        ("slow", Manner::Slow),
        ("huge", Manner::Huge),
        ("page", Manner::Says("<html></html>".to_owned())),
        ("deep", Manner::Says(deep())),
        ("elsewhere", Manner::Says(of_another_hub())),
        ("others", Manner::Says(of_other_providers())),
    ];
    let mut gateways = Vec::new();
    let mut counts = Vec::new();
    for (name, manner) in manners {
        let seen = Arc::new(AtomicUsize::new(0));
        let address = pretender(manner, Arc::clone(&seen)).await?;
        gateways.push(format!("{name}=http://me:password@{address}"));
        counts.push((name, seen));
    }
    let hub = Hub::with(&[
        ("TETHER_STARTUP_GRACE", "0s"),
        ("TETHER_TRAEFIK_API", &gateways.join(",")),
    ])
    .await?;
    let (_engine, _host) = SimulatedHost::start(&hub, "one", [web("app")]).await?;
    for words in [
        "gateway `redirects`: http://",
        "which is not followed",
        "gateway `slow`: http://",
        "takes longer than",
        "gateway `huge`: http://",
        "with more than",
        "gateway `page`: http://",
        "does not answer like Traefik",
    ] {
        soon(&format!("a note with {words}"), async || {
            let notes = notes(&hub).await?;
            let told = notes
                .iter()
                .any(|(code, message)| code == "traefik_api" && message.contains(words));
            ensure!(told, "{notes:#?}");
            Ok(())
        })
        .await?;
    }
    // Each was asked a second time after that.
    for (name, seen) in &counts {
        let before = seen.load(Ordering::Relaxed);
        eventually(AGAIN, &format!("{name} is asked again"), async || {
            ensure!(seen.load(Ordering::Relaxed) > before, "not yet");
            Ok(())
        })
        .await?;
    }
    let refused = notes(&hub).await?;
    let refused: Vec<_> = refused
        .iter()
        .filter(|(code, _)| code == "traefik_refuses")
        .collect();
    ensure!(refused.is_empty(), "{refused:#?}");
    let route = hub.route("app").await?;
    for gateway in route["gateways"].as_array().context("no gateways")? {
        let status = gateway["status"].as_str().unwrap_or_default();
        ensure!(["unknown", "waiting"].contains(&status), "{gateway}");
    }
    ensure!(
        thief_seen.load(Ordering::Relaxed) == 0,
        "credentials went elsewhere"
    );
    let config = hub.config().await?;
    ensure!(config["http"]["routers"]["app"].is_object(), "{config}");
    Ok(())
}
