//! Opens TCP connections.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpSocket, TcpStream};

use crate::probe::finding::Depth;

/// Connects to `address`. Of a knock the connection must be dropped at once.
pub(super) async fn connect(address: SocketAddr, depth: Depth) -> io::Result<TcpStream> {
    if depth == Depth::Full {
        return TcpStream::connect(address).await;
    }
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_nonblocking(true)?;
    // Dropping it sends a reset. That is the first packet after the server's agreement, since the
    // kernel delays the client's own: the connection is never handed to the program.
    socket.set_linger(Some(Duration::ZERO))?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_quickack(false)?;
    TcpSocket::from_std_stream(socket.into())
        .connect(address)
        .await
}
