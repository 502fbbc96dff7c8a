//! A socket that answers as it is told, and notes what it was asked.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixListener;
use tokio::sync::watch;

/// The answer to a path (with its query, without the API's version): status and body. None is an
/// answer that never ends and never sends anything.
pub type Answer = dyn Fn(&str) -> Option<(u16, String)> + Send + Sync;

/// An engine of fixed answers.
pub struct Canned {
    pub endpoint: String,
    /// The paths that it was asked for.
    pub asked: watch::Receiver<Vec<String>>,
    _folder: tempfile::TempDir,
}

/// Answers on a socket of its own.
pub fn canned(answer: Arc<Answer>) -> Canned {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("docker.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let (note, asked) = watch::channel(Vec::new());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (answer, note) = (answer.clone(), note.clone());
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    if stream.read_line(&mut head).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                let path = head.split(' ').nth(1).unwrap_or_default();
                let path = match path
                    .strip_prefix("/v1.")
                    .and_then(|rest| rest.split_once('/'))
                {
                    Some((_, path)) => format!("/{path}"),
                    None => path.to_owned(),
                };
                let said = answer(&path);
                note.send_modify(|all| all.push(path));
                let (status, body) = said.clone().unwrap_or((200, String::new()));
                let head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\n\r\n{body}");
                let _ = stream.write_all(head.as_bytes()).await;
                if said.is_none() {
                    // Until the other side goes.
                    let _ = stream.read_line(&mut String::new()).await;
                }
            });
        }
    });
    Canned {
        endpoint: format!("unix://{}", path.display()),
        asked,
        _folder: folder,
    }
}
