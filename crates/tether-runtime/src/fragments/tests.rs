//! Text of several lengths and its fragments.

use super::*;

fn frames_of(text: &str) -> Vec<Frame> {
    let frame = |message| match message {
        Message::Frame(frame) => frame,
        other => panic!("{other:?} is not a frame"),
    };
    fragments(Bytes::copy_from_slice(text.as_bytes()))
        .map(frame)
        .collect()
}

#[test]
fn fragments_add_up_to_the_text_and_only_the_last_is_final() {
    for length in [
        0,
        1,
        FRAGMENT_SIZE - 1,
        FRAGMENT_SIZE,
        FRAGMENT_SIZE + 1,
        5 * FRAGMENT_SIZE + 7,
    ] {
        let text: String = ('a'..='z').cycle().take(length).collect();
        let frames = frames_of(&text);
        let bytes: Vec<u8> = frames
            .iter()
            .flat_map(|one| one.payload().to_vec())
            .collect();
        assert_eq!(bytes, text.as_bytes());
        assert!(
            frames
                .iter()
                .all(|one| one.payload().len() <= FRAGMENT_SIZE)
        );
        let last = frames.len() - 1;
        for (at, frame) in frames.iter().enumerate() {
            let header = frame.header();
            assert_eq!(header.is_final, at == last);
            let first = header.opcode == OpCode::Data(Data::Text);
            assert_eq!(first, at == 0);
        }
    }
}
