//! Gives documents to a real Traefik, and reads what it makes of each.
//!
//! Traefik does not answer the server that it polls, but it logs each document that it accepts, as
//! it read it, and each that it rejects, with the reason. A document is served until its verdict is
//! in the log. After each rejection Traefik waits longer, so one process gets only a few documents
//! that should be rejected. Waiting needs no processor time, so many processes run at once.

use std::convert::Infallible;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::harness::command;

/// The longest time until a verdict. After some rejections Traefik waits for seconds.
const VERDICT: Duration = Duration::from_secs(60);

/// The most lines of a log that wait to be read.
const LINES: usize = 100;

/// The router by which a document is known in the log.
const MARK: &str = "mark-";

/// The result of a document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// Accepted, and read as this.
    Accepted(Value),
    /// Rejected as a whole, for this reason.
    Refused(String),
}

/// Shows documents to one process of this program, one after the other.
pub(crate) async fn ask(program: &Path, documents: &[Value]) -> Result<Vec<Verdict>> {
    let served = Arc::new(Mutex::new(Bytes::new()));
    let stop = CancellationToken::new();
    let _stop = stop.clone().drop_guard();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let mut traefik = None;
    let mut verdicts = Vec::new();
    tokio::spawn(stop.run_until_cancelled_owned(serve(listener, Arc::clone(&served))));
    for (number, document) in documents.iter().enumerate() {
        let marked = marked(document, number)?;
        *served.lock().unwrap_or_else(PoisonError::into_inner) = marked.to_string().into();
        let log = match &mut traefik {
            Some(traefik) => traefik,
            None => traefik.insert(Traefik::start(program, port)?),
        };
        let verdict = timeout(VERDICT, log.verdict(number)).await;
        let verdict = verdict.with_context(|| format!("no verdict on {document}"))?;
        verdicts.push(verdict.with_context(|| document.to_string())?);
    }
    Ok(verdicts)
}

struct Traefik {
    log: mpsc::Receiver<String>,
    // It is killed with its value.
    _process: Child,
}

impl Traefik {
    fn start(program: &Path, port: u16) -> Result<Self> {
        let mut process = Command::from(command(program))
            .arg(format!(
                "--providers.http.endpoint=http://127.0.0.1:{port}/"
            ))
            .args([
                "--providers.http.pollInterval=10ms",
                "--providers.providersThrottleDuration=1ms",
                "--log.level=DEBUG",
                "--log.format=json",
                "--entryPoints.web.address=127.0.0.1:0",
                "--global.checkNewVersion=false",
                "--global.sendAnonymousUsage=false",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        // Versions differ in which of the two they write to.
        let (sender, log) = mpsc::channel(LINES);
        tokio::spawn(pass_on(
            process.stdout.take().context("no output")?,
            sender.clone(),
        ));
        tokio::spawn(pass_on(process.stderr.take().context("no output")?, sender));
        Ok(Self {
            log,
            _process: process,
        })
    }

    /// Reads on until the verdict on the document of this number.
    async fn verdict(&mut self, number: usize) -> Result<Verdict> {
        let mark = format!("{MARK}{number}");
        while let Some(line) = self.log.recv().await {
            let Ok(line) = serde_json::from_str::<Value>(&line) else {
                continue;
            };
            if line["providerName"] != "http" {
                continue;
            }
            if let Some(error) = line["error"].as_str() {
                ensure!(!error.contains("cannot fetch"), "{error}");
                return Ok(Verdict::Refused(error.to_owned()));
            }
            if line["config"]["http"]["routers"].get(&mark).is_some() {
                return Ok(Verdict::Accepted(line["config"].clone()));
            }
        }
        bail!("Traefik has ended")
    }
}

/// The document with a router that makes its bytes and its line in the log its own.
fn marked(document: &Value, number: usize) -> Result<Value> {
    let mut marked = document.clone();
    let sections = marked.as_object_mut().context("no object")?;
    let http = sections.entry("http").or_insert(json!({}));
    let kinds = http.as_object_mut().context("no object")?;
    let routers = kinds.entry("routers").or_insert(json!({}));
    let routers: &mut Map<String, Value> = routers.as_object_mut().context("no object")?;
    let router = json!({ "rule": "Path(`/`)", "service": "noop@internal" });
    let before = routers.insert(format!("{MARK}{number}"), router);
    ensure!(before.is_none(), "the mark is taken");
    Ok(marked)
}

async fn pass_on(output: impl AsyncRead + Unpin, log: mpsc::Sender<String>) {
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        // The receiver is gone: all verdicts have arrived.
        if log.send(line).await.is_err() {
            return;
        }
    }
}

async fn serve(listener: TcpListener, served: Arc<Mutex<Bytes>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let served = Arc::clone(&served);
        let answer = move |_: Request<hyper::body::Incoming>| {
            let body = served
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            async { Ok::<_, Infallible>(Response::new(Full::new(body))) }
        };
        // It ends with Traefik's own end of the connection.
        tokio::spawn(
            http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)),
        );
    }
}
