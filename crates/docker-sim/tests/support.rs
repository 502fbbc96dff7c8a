//! Serves an engine on a Unix socket and sends it plain HTTP requests.

use std::time::Duration;

use docker_sim::{Engine, Observed};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// The longest wait for anything before the test fails.
pub(crate) const TEST_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) struct Served {
    pub(crate) engine: Engine,
    pub(crate) shutdown: CancellationToken,
    folder: TempDir,
}

/// An engine called `host-a`, whose containers listen on 127.0.0.1.
pub(crate) fn serve() -> Served {
    let engine = Engine::new("host-a").with_host_address(std::net::Ipv4Addr::LOCALHOST);
    let folder = tempfile::tempdir().unwrap();
    let shutdown = CancellationToken::new();
    let served = Served {
        engine,
        shutdown,
        folder,
    };
    served
        .engine
        .serve_unix(served.socket(), served.shutdown.clone())
        .unwrap();
    served
}

impl Served {
    pub(crate) fn socket(&self) -> std::path::PathBuf {
        self.folder.path().join("docker.sock")
    }

    /// The head, in lower case, and the body of the answer to a request.
    pub(crate) async fn ask(&self, method: &str, path: &str) -> (String, String) {
        let mut socket = self.send(method, path).await;
        let mut answer = String::new();
        within(socket.read_to_string(&mut answer)).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), body.to_owned())
    }

    /// The status and the JSON of a GET.
    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        let (head, body) = self.ask("GET", path).await;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(&body).unwrap())
    }

    /// The names of the containers in a list.
    pub(crate) async fn names(&self, query: &str) -> Vec<String> {
        let (status, list) = self.get(&format!("/containers/json?{query}")).await;
        assert_eq!(status, 200, "{list}");
        let list = list.as_array().unwrap().iter();
        list.map(|c| c["Names"][0].as_str().unwrap().to_owned())
            .collect()
    }

    /// Opens an event stream.
    pub(crate) async fn events(&self, query: &str) -> Events {
        let socket = self.send("GET", &format!("/events?{query}")).await;
        // The engine subscribes before it answers, so nothing is lost after the head.
        let mut lines = BufReader::new(socket).lines();
        while !within(lines.next_line()).await.unwrap().unwrap().is_empty() {}
        Events { lines }
    }

    /// Waits until the engine's counts match.
    pub(crate) async fn until(&self, what: impl FnMut(&Observed) -> bool) {
        within(self.engine.observe().wait_for(what)).await.unwrap();
    }

    /// The first container's answer on port 80 to a GET with these headers.
    pub(crate) async fn ask_container(&self, headers: &str) -> String {
        let name = self.engine.names().remove(0);
        let address = self.engine.address(&name, 80).unwrap();
        let mut socket = TcpStream::connect(address).await.unwrap();
        let request = format!("GET / HTTP/1.1\r\nhost: web\r\nconnection: close\r\n{headers}\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        within(socket.read_to_string(&mut answer)).await.unwrap();
        answer
    }

    async fn send(&self, method: &str, path: &str) -> UnixStream {
        let mut socket = within(UnixStream::connect(self.socket())).await.unwrap();
        let request =
            format!("{method} {path} HTTP/1.1\r\nhost: docker\r\nconnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        socket
    }
}

pub(crate) struct Events {
    lines: Lines<BufReader<UnixStream>>,
}

impl Events {
    /// The next event, or the way in which the stream ended.
    pub(crate) async fn next(&mut self) -> Result<Value, &'static str> {
        loop {
            match within(self.lines.next_line()).await.unwrap() {
                // Other lines are sizes of chunks; the last one is "0".
                Some(line) if line.starts_with('{') => {
                    return Ok(serde_json::from_str(&line).unwrap());
                }
                Some(line) if line == "0" => return Err("ended"),
                Some(_) => {}
                None => return Err("cut"),
            }
        }
    }
}

pub(crate) async fn within<T>(what: impl Future<Output = T>) -> T {
    timeout(TEST_TIMEOUT, what).await.expect("it took too long")
}
