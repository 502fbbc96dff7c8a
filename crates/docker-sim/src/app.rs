//! The process in a listening container: sockets in, answers that say who it is out.

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

/// Connections of one port; a further one waits until one of them is closed.
const MAX_CONNECTIONS: usize = 256;
/// How long a connection may be idle.
const IDLE: Duration = Duration::from_secs(120);
/// The largest datagram that is read.
const MAX_DATAGRAM: usize = 2048;
/// A breath after the system refused a connection, mostly for want of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Who answers.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) engine: String,
    /// A container can be renamed while it runs.
    pub(crate) container: watch::Receiver<String>,
    pub(crate) id: String,
}

/// A running process; dropping it closes its sockets soon, [`App::stop`] before it returns.
#[derive(Default)]
pub(crate) struct App {
    tasks: JoinSet<()>,
}

impl App {
    /// Answers on these sockets; those without one are left alone.
    pub(crate) fn start(
        identity: &Identity,
        ports: impl IntoIterator<Item = (Binding, Option<Socket>)>,
    ) -> std::io::Result<Self> {
        let mut tasks = JoinSet::new();
        for (binding, socket) in ports {
            let Some(socket) = socket else { continue };
            let who = identity.clone();
            match binding.protocol {
                Protocol::Tcp => {
                    let listener = TcpListener::from_std(socket.into())?;
                    tasks.spawn(accept(listener, who, binding));
                }
                Protocol::Udp => {
                    let socket = UdpSocket::from_std(socket.into())?;
                    tasks.spawn(echo(socket, who, binding));
                }
            }
        }
        Ok(Self { tasks })
    }

    /// Ends it as SIGKILL does; when this returns, its ports are free.
    pub(crate) async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

async fn accept(listener: TcpListener, who: Identity, binding: Binding) {
    // They end with this task, since dropping the set aborts them.
    let mut connections = JoinSet::new();
    loop {
        let full = connections.len() >= MAX_CONNECTIONS;
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if !full => match accepted {
                Ok((stream, client)) => {
                    let (who, binding) = (who.clone(), binding.clone());
                    connections.spawn(async move {
                        let service = service_fn(|request| {
                            let answer = answer(&who, &binding, client, &request);
                            async { Ok::<_, Infallible>(answer) }
                        });
                        let mut http = hyper::server::conn::http1::Builder::new();
                        http.timer(TokioTimer::new()).header_read_timeout(IDLE);
                        // Whatever goes wrong on a connection is the client's affair.
                        let _ = http.serve_connection(TokioIo::new(stream), service).await;
                    });
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            }
        }
    }
}

/// Answers each datagram with who it is, and the datagram.
async fn echo(socket: UdpSocket, who: Identity, binding: Binding) {
    let mut buffer = [0; MAX_DATAGRAM];
    loop {
        // An error here is about an earlier answer that did not arrive.
        let Ok((length, client)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        let mut answer = facts(&who, &binding, client).into_bytes();
        answer.push(b'\n');
        answer.extend_from_slice(&buffer[..length]);
        let _ = socket.send_to(&answer, client).await;
    }
}

fn answer(
    who: &Identity,
    binding: &Binding,
    client: SocketAddr,
    request: &Request<Incoming>,
) -> Response<Body> {
    let mut text = facts(who, binding, client);
    text += &format!("method: {}\npath: {}\n\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        text += &format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()));
    }
    let accept = request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok());
    // A browser names text/html first; other clients name it never, or behind `*/*`.
    let browser = accept.is_some_and(|accept| accept.trim_start().starts_with("text/html"));
    let (kind, body) = if browser {
        ("text/html; charset=utf-8", page(who, &text))
    } else {
        ("text/plain; charset=utf-8", text)
    };
    Response::builder()
        .header(CONTENT_TYPE, kind)
        .header(CACHE_CONTROL, "no-store")
        .body(Body::from(body))
        .expect("constant headers are valid")
}

fn facts(who: &Identity, binding: &Binding, client: SocketAddr) -> String {
    let Identity {
        engine,
        container,
        id,
    } = who;
    let container = container.borrow().clone();
    let listens = binding
        .listens_at
        .map_or_else(String::new, |address| address.to_string());
    format!(
        "container: {container}\nengine: {engine}\nport: {}\nlistens: {listens}\nid: {id}\nclient: {client}\n",
        binding.private,
    )
}

fn page(who: &Identity, text: &str) -> String {
    // Each host has its own colour, so that a change of host is seen at a glance.
    let hue = who
        .engine
        .bytes()
        .fold(7_u32, |hue, b| (hue * 31 + u32::from(b)) % 360);
    let (container, engine) = (escape(&who.container.borrow()), escape(&who.engine));
    let text = escape(text);
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

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
