//! Runs the process of a listening container, which answers on its ports with its identity.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::Socket;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::ports::Binding;
use crate::spec::Protocol;

/// The most connections of one port at a time; further ones wait.
const MAX_CONNECTIONS: usize = 256;
/// How long a connection may be idle.
const IDLE_TIMEOUT: Duration = Duration::from_secs(120);
/// The largest datagram; longer ones are cut off.
const MAX_DATAGRAM: usize = 2048;
/// The wait after a failed accept, which mostly means that file descriptors ran out.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// The identity that a process answers with.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) engine: String,
    /// The container's current name: it can be renamed while it runs.
    pub(crate) container: watch::Receiver<String>,
    pub(crate) id: String,
}

/// A running process. Dropping it closes its sockets soon; [`App::stop`] before it returns.
#[derive(Default)]
pub(crate) struct App {
    tasks: JoinSet<()>,
}

impl App {
    /// Answers on these sockets; ports without a socket are ignored.
    pub(crate) fn start(
        identity: &Identity,
        ports: impl IntoIterator<Item = (Binding, Option<Socket>)>,
    ) -> std::io::Result<Self> {
        let mut tasks = JoinSet::new();
        for (binding, socket) in ports {
            let Some(socket) = socket else { continue };
            let identity = identity.clone();
            match binding.protocol {
                Protocol::Tcp => {
                    let listener = TcpListener::from_std(socket.into())?;
                    tasks.spawn(accept(listener, identity, binding));
                }
                Protocol::Udp => {
                    let socket = UdpSocket::from_std(socket.into())?;
                    tasks.spawn(echo(socket, identity, binding));
                }
            }
        }
        Ok(Self { tasks })
    }

    /// Ends the process as SIGKILL does; its ports are free when this returns.
    pub(crate) async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

async fn accept(listener: TcpListener, identity: Identity, binding: Binding) {
    // Dropping the set at the end of this task aborts the connections.
    let mut connections = JoinSet::new();
    loop {
        let full = connections.len() >= MAX_CONNECTIONS;
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if !full => match accepted {
                Ok((stream, client)) => {
                    let (identity, binding) = (identity.clone(), binding.clone());
                    connections.spawn(async move {
                        let service = service_fn(|request| {
                            let answer = answer(&identity, &binding, client, &request);
                            async { Ok::<_, Infallible>(answer) }
                        });
                        let mut http = hyper::server::conn::http1::Builder::new();
                        http.timer(TokioTimer::new()).header_read_timeout(IDLE_TIMEOUT);
                        // An error on a connection concerns only its client.
                        let _ = http.serve_connection(TokioIo::new(stream), service).await;
                    });
                }
                Err(_) => tokio::time::sleep(ACCEPT_RETRY_DELAY).await,
            }
        }
    }
}

/// Answers each datagram with the identity and the datagram.
async fn echo(socket: UdpSocket, identity: Identity, binding: Binding) {
    let mut buffer = [0; MAX_DATAGRAM];
    loop {
        // An error here means that an earlier answer did not arrive.
        let Ok((length, client)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        let mut answer = identity_text(&identity, &binding, client).into_bytes();
        answer.push(b'\n');
        answer.extend_from_slice(&buffer[..length]);
        let _ = socket.send_to(&answer, client).await;
    }
}

fn answer(
    identity: &Identity,
    binding: &Binding,
    client: SocketAddr,
    request: &Request<Incoming>,
) -> Response<Body> {
    let mut text = identity_text(identity, binding, client);
    text += &format!("method: {}\npath: {}\n\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        text += &format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()));
    }
    let accept = request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok());
    // Browsers put text/html first; other clients omit it or put it after `*/*`.
    let browser = accept.is_some_and(|accept| accept.trim_start().starts_with("text/html"));
    let (kind, body) = if browser {
        ("text/html; charset=utf-8", page(identity, &text))
    } else {
        ("text/plain; charset=utf-8", text)
    };
    Response::builder()
        .header(CONTENT_TYPE, kind)
        .header(CACHE_CONTROL, "no-store")
        .body(Body::from(body))
        .expect("constant headers are valid")
}

fn identity_text(identity: &Identity, binding: &Binding, client: SocketAddr) -> String {
    let Identity {
        engine,
        container,
        id,
    } = identity;
    let container = container.borrow().clone();
    let listens = binding
        .listens_at
        .map_or_else(String::new, |address| address.to_string());
    format!(
        "container: {container}\nengine: {engine}\nport: {}\nlistens: {listens}\nid: {id}\nclient: {client}\n",
        binding.private,
    )
}

fn page(identity: &Identity, text: &str) -> String {
    // Each host has its own colour, which makes a change of host easy to see.
    let hue = identity
        .engine
        .bytes()
        .fold(7_u32, |hue, b| (hue * 31 + u32::from(b)) % 360);
    let (container, engine) = (
        escape_html(&identity.container.borrow()),
        escape_html(&identity.engine),
    );
    let text = escape_html(text);
    format!(
        r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{container} on {engine}</title>
<link rel="icon" href="data:,">
<style>
  body {{ margin: 0; min-height: 100vh; display: grid; place-content: center; gap: 1.5rem;
    font: 16px/1.5 system-ui, sans-serif; color: hsl({hue} 40% 18%); background: hsl({hue} 60% 95%); }}
  h1 {{ margin: 0; font-size: clamp(2rem, 8vw, 4.5rem); line-height: 1.1; color: hsl({hue} 60% 32%); }}
  p {{ margin: 0; font-size: 1.25rem; }}
  pre {{ margin: 0; padding: 1rem 1.25rem; max-width: min(90vw, 60rem); overflow: auto;
    border-radius: .5rem; background: white; border: 1px solid hsl({hue} 40% 85%); }}
</style>
<main>
<p>This is</p>
<h1>{container}</h1>
<p>on host <strong>{engine}</strong></p>
</main>
<pre>{text}</pre>
</html>
"#
    )
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
