//! A socket proxy as people put before Docker: what is not allowed gets a 403, and a connection
//! that is silent for too long is cut.

use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::time::timeout;

/// All that the agent needs, below `/v1.N` or not.
const ALLOWED: [&str; 5] = ["/_ping", "/version", "/info", "/events", "/containers/json"];

/// The requests that the proxy received.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Subscriptions to events.
    pub streams: usize,
    /// The requests that were not allowed.
    pub refused: Vec<String>,
}

/// A proxy at `path` before the socket `engine`, which cuts what is silent for `idle`.
pub fn proxy(path: &Path, engine: &Path, idle: Duration) -> watch::Receiver<Asked> {
    let listener = UnixListener::bind(path).unwrap();
    let engine = engine.to_owned();
    let (note, asked) = watch::channel(Asked::default());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (engine, note) = (engine.clone(), note.clone());
            tokio::spawn(async move {
                // A client that goes away early does not concern a proxy.
                let _ = pass(stream, &engine, idle, &note).await;
            });
        }
    });
    asked
}

async fn pass(
    stream: UnixStream,
    engine: &Path,
    idle: Duration,
    note: &watch::Sender<Asked>,
) -> std::io::Result<()> {
    let mut client = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if client.read_line(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let line = head.lines().next().unwrap_or_default().to_owned();
    let path = line.split(' ').nth(1).unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default();
    let short = match path
        .strip_prefix("/v1.")
        .and_then(|rest| rest.find('/').map(|at| &rest[at..]))
    {
        Some(short) => short,
        None => path,
    };
    if !line.starts_with("GET ") || !ALLOWED.contains(&short) {
        note.send_modify(|asked| asked.refused.push(line));
        let answer =
            b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n<html>403 Forbidden</html>";
        return client.write_all(answer).await;
    }
    note.send_modify(|asked| asked.streams += usize::from(short == "/events"));
    let mut engine = UnixStream::connect(engine).await?;
    engine.write_all(head.as_bytes()).await?;
    let mut piece = [0; 16 * 1024];
    loop {
        let read = tokio::select! {
            // The client says nothing more, or goes.
            _ = client.read_u8() => return Ok(()),
            read = timeout(idle, engine.read(&mut piece)) => read,
        };
        match read {
            Ok(Ok(read)) if read > 0 => client.write_all(&piece[..read]).await?,
            _ => return Ok(()),
        }
    }
}
