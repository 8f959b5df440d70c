//! The merge driver's files.

use bolero::check;
use chittysync::codec::{Merged, decode_todos, encode_todos, merge_todos};
use chittysync::merge::three_way;
use chittysync::todo::TodoList;

/// What stands between base, ours and theirs in an input.
const BETWEEN: &str = "\n---\n";

/// Returns a list, if it decodes, and whether these are its only bytes.
fn read(bytes: &[u8]) -> Option<(TodoList, bool)> {
    let todos = if bytes.is_empty() { TodoList::new() } else { decode_todos(bytes).ok()? };
    let canonical = bytes.is_empty() || encode_todos(&todos) == bytes;
    Some((todos, canonical))
}

#[test]
fn todos() {
    check!().for_each(|bytes: &[u8]| {
        let mut parts = memchr::memmem::find_iter(bytes, BETWEEN);
        let (Some(one), Some(two)) = (parts.next(), parts.next()) else { return };
        let [base, ours, theirs] = [&bytes[..one], &bytes[one + BETWEEN.len()..two], &bytes[two + BETWEEN.len()..]];
        let merged = merge_todos(base, ours, theirs);
        let (Some(base_list), Some(our_list), Some(their_list)) = (read(base), read(ours), read(theirs)) else {
            return;
        };
        if ours.is_empty() || theirs.is_empty() {
            return;
        }
        let (merged, done) = merged.expect("three lists merge");
        let read_again = decode_todos(&merged).expect("what was merged decodes");
        if !(base_list.1 && our_list.1 && their_list.1) {
            return;
        }
        // As if every line had been read.
        let whole = three_way(&base_list.0, our_list.0, &their_list.0);
        assert_eq!(read_again, whole.todos);
        assert_eq!(merged, encode_todos(&whole.todos));
        assert_eq!(done, Merged { conflicts: whole.conflicts, changed: whole.changed });
        // The same merge again changes nothing, and both ways round it is the same.
        let bytes = |base, ours, theirs| merge_todos(base, ours, theirs).expect("merges").0;
        assert_eq!(bytes(&merged, &merged, &merged), merged);
        assert_eq!(bytes(base, theirs, ours), merged);
    });
}
