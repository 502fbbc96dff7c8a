//! Splits long WebSocket messages into fragments, so that neither side needs a large buffer.
//!
//! Each side of a session keeps a buffer as large as the largest frame that it has written or read.
//! With whole messages a hub needed 30 KiB for each of a thousand agents with ten routers.

use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Bytes, Message};

/// The largest payload of one frame, in bytes.
pub const FRAGMENT_SIZE: usize = 1024;

/// The frames of one text message. No other message may be written between them.
pub fn fragments(text: Bytes) -> impl Iterator<Item = Message> + Send {
    let count = text.len().div_ceil(FRAGMENT_SIZE).max(1);
    (0..count).map(move |index| {
        let start = index * FRAGMENT_SIZE;
        let payload = text.slice(start..text.len().min(start + FRAGMENT_SIZE));
        let kind = if index == 0 {
            Data::Text
        } else {
            Data::Continue
        };
        let is_last = index + 1 == count;
        Message::Frame(Frame::message(payload, OpCode::Data(kind), is_last))
    })
}

#[cfg(test)]
mod tests;
