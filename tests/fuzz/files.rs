//! The files of a tree: what is read is written as it was.

use bolero::check;
use chittysync::codec::{decode_session, decode_todos, encode_session, encode_todos};

#[test]
fn todos() {
    check!().for_each(|bytes: &[u8]| {
        let Ok(todos) = decode_todos(bytes) else { return };
        let written = encode_todos(&todos);
        assert_eq!(decode_todos(&written).expect("what was written decodes"), todos);
        assert_eq!(written.iter().filter(|byte| **byte == b'\n').count(), todos.len() + 2);
    });
}

#[test]
fn session() {
    check!().for_each(|bytes: &[u8]| {
        let Ok(info) = decode_session(bytes) else { return };
        assert_eq!(decode_session(&encode_session(&info)).expect("what was written decodes"), info);
    });
}
