//! What the test images run: requests in, who answered out.
//!
//! Settings by environment: `PORT` (80) for HTTP, `UDP_PORT` (none) for datagrams, `NAME`
//! (the container's host name). Every answer is `NAME` and a line end.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::{env, fs, io, thread};

fn main() -> io::Result<()> {
    let name = env::var("NAME").or_else(|_| fs::read_to_string("/etc/hostname"))?;
    let name = format!("{}\n", name.trim());
    if let Ok(port) = env::var("UDP_PORT") {
        let socket = UdpSocket::bind(format!("0.0.0.0:{port}"))?;
        let name = name.clone();
        thread::spawn(move || datagrams(&socket, &name));
    }
    let port = env::var("PORT").unwrap_or_else(|_| "80".to_owned());
    for stream in TcpListener::bind(format!("0.0.0.0:{port}"))?.incoming() {
        let (stream, name) = (stream?, name.clone());
        // A client that goes away is no concern of the others.
        thread::spawn(move || requests(stream, &name).ok());
    }
    Ok(())
}

/// Answers every request of one connection.
fn requests(mut stream: TcpStream, name: &str) -> io::Result<()> {
    let mut seen = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let read = stream.read(&mut piece)?;
        if read == 0 {
            return Ok(());
        }
        seen.extend_from_slice(&piece[..read]);
        // Only requests without a body come here, so an empty line ends one.
        while let Some(end) = seen.windows(4).position(|four| four == b"\r\n\r\n") {
            seen.drain(..end + 4);
            let length = name.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{name}"
            )?;
        }
    }
}

fn datagrams(socket: &UdpSocket, name: &str) {
    let mut piece = [0; 1500];
    while let Ok((_, peer)) = socket.recv_from(&mut piece) {
        // A lost answer is what UDP promises.
        let _ = socket.send_to(name.as_bytes(), peer);
    }
}
