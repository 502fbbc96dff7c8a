//! A long message in, WebSocket frames that need no large buffer out.
//!
//! Each side of a session keeps a buffer as large as the largest frame that it ever wrote or read:
//! with whole messages that was 30 KiB for each of a thousand agents of ten routers.

use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Bytes, Message};

/// The most that one frame carries, in bytes.
pub const PART: usize = 1024;

/// The frames of one text message. No other message may be written between them.
pub fn parts(text: Bytes) -> impl Iterator<Item = Message> + Send {
    let count = text.len().div_ceil(PART).max(1);
    (0..count).map(move |at| {
        let part = text.slice(at * PART..text.len().min((at + 1) * PART));
        let kind = match at {
            0 => Data::Text,
            _ => Data::Continue,
        };
        Message::Frame(Frame::message(part, OpCode::Data(kind), at + 1 == count))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(text: &str) -> Vec<Frame> {
        let frame = |message| match message {
            Message::Frame(frame) => frame,
            other => panic!("{other:?} is no frame"),
        };
        parts(Bytes::copy_from_slice(text.as_bytes()))
            .map(frame)
            .collect()
    }

    #[test]
    fn together_they_are_the_text_and_only_the_last_is_final() {
        for length in [0, 1, PART - 1, PART, PART + 1, 5 * PART + 7] {
            let text: String = ('a'..='z').cycle().take(length).collect();
            let frames = frames(&text);
            let bytes: Vec<u8> = frames
                .iter()
                .flat_map(|one| one.payload().to_vec())
                .collect();
            assert_eq!(bytes, text.as_bytes());
            assert!(frames.iter().all(|one| one.payload().len() <= PART));
            let last = frames.len() - 1;
            for (at, frame) in frames.iter().enumerate() {
                let header = frame.header();
                assert_eq!(header.is_final, at == last);
                let first = header.opcode == OpCode::Data(Data::Text);
                assert_eq!(first, at == 0);
            }
        }
    }
}
