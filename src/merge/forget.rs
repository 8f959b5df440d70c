//! What is left of a todo that was forgotten.

use crate::todo::Todo;

/// Leaves of a forgotten todo nothing but who had it forgotten and when. Any other todo stays as it is.
///
/// Every list that is read or joined is settled, so a forgotten todo has one form, and the join stays a join:
/// it is settled by the claims that say so, and those are never lost to others.
pub fn settle(todo: &mut Todo) {
    if !todo.is_forgotten() {
        return;
    }
    let claims = std::mem::take(&mut todo.claims).into_iter().filter(|(_, claim)| claim.forgotten);
    todo.claims = claims
        .map(|(session, mut claim)| {
            (claim.dropped, claim.raw) = (true, None);
            (session, claim)
        })
        .collect();
    todo.created = todo.claims.values().map(|claim| claim.at).min().unwrap_or(todo.created);
    todo.content.clear();
    todo.nth = 1;
    todo.fields.clear();
}

#[cfg(test)]
mod tests {
    use crate::codec::{decode_todos, encode_todos};

    /// A program that knows nothing of forgetting keeps the key that it does not know, and takes what others say.
    #[test]
    fn words_that_an_older_program_brought_back_go_again() {
        let kept =
            r#""by-hand-laptop":{"status":"pending","at":"2025-10-10T23:30:00.000Z","dropped":true,"forgotten":true}"#;
        let mixed = format!(
            r#"[{{"id":"f43479aef22e1082","content":"Fix login tests","activeForm":"Fixing","created":"2025-10-10T23:20:00.000Z",
            "claims":{{"ana":{{"status":"completed","at":"2025-10-10T23:50:00.000Z"}},{kept}}}}}]"#
        );
        let todos = decode_todos(mixed.as_bytes()).expect("decodes");
        let line = format!(
            "[\n{{\"id\":\"f43479aef22e1082\",\"content\":\"\",\"status\":\"dropped\",\"created\":\"2025-10-10T23:30:00.000Z\",\"updated\":\"2025-10-10T23:30:00.000Z\",\"claims\":{{{kept}}}}}\n]\n"
        );
        assert_eq!(String::from_utf8(encode_todos(&todos)).expect("UTF-8"), line);
    }
}
