//! The web server of the test images. It answers with its name.
//!
//! Settings by environment: `PORT` (80) for HTTP, or several with commas between; `UDP_PORT`
//! (none) for datagrams; `NAME` (the container's host name). Every answer is `NAME` and a line
//! end; one of several ports answers `NAME:PORT`.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::{env, fs, io, thread};

fn main() -> io::Result<()> {
    let name = env::var("NAME").or_else(|_| fs::read_to_string("/etc/hostname"))?;
    let name = name.trim();
    let mut threads = Vec::new();
    if let Ok(port) = env::var("UDP_PORT") {
        let socket = UdpSocket::bind(&everywhere(&port)?[..])?;
        let name = format!("{name}\n");
        threads.push(thread::spawn(move || datagrams(&socket, &name)));
    }
    let ports = env::var("PORT").unwrap_or_else(|_| "80".to_owned());
    for port in ports.split(',') {
        let listener = TcpListener::bind(&everywhere(port)?[..])?;
        let name = if ports.contains(',') {
            format!("{name}:{port}\n")
        } else {
            format!("{name}\n")
        };
        threads.push(thread::spawn(move || connections(&listener, &name)));
    }
    for thread in threads {
        // A thread that ends has failed and printed its error.
        let _ = thread.join();
    }
    Ok(())
}

/// Both families, or IPv4 where there is no other.
fn everywhere(port: &str) -> io::Result<[SocketAddr; 2]> {
    let port: u16 = port.parse().map_err(io::Error::other)?;
    Ok([
        (Ipv6Addr::UNSPECIFIED, port).into(),
        (Ipv4Addr::UNSPECIFIED, port).into(),
    ])
}

fn connections(listener: &TcpListener, name: &str) {
    for stream in listener.incoming().map_while(Result::ok) {
        let name = name.to_owned();
        // A client that goes away is no concern of the others.
        thread::spawn(move || requests(stream, &name).ok());
    }
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
