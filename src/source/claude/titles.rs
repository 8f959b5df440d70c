//! What a transcript calls its session: lines with a title or a summary, and the first thing that the user asked for.

use serde_json::Value;

use crate::source::Called;
use crate::todo::one_line;

/// What a line must contain to name a session. Such lines are short.
const NAMING: [&[u8]; 3] = [b"custom-title", b"ai-title", b"leafUuid"];
/// No line with a title is longer, in bytes.
const LONGEST: usize = 4096;
/// The first prompt stands in one of the first lines, or in none that is worth looking for.
const FIRST_LINES: usize = 50;

/// What was found so far of what a session is called.
#[derive(Debug, Default)]
pub(super) struct Titles {
    /// The title, and how much it counts: the user's own the most.
    title: Option<(u8, String)>,
    prompt: Option<String>,
    lines: usize,
    /// Whether anything was said. A summary before that is of another session, which this one goes on from.
    has_begun: bool,
}

impl Titles {
    /// Returns whether a line may name the session. To be asked of each line once.
    pub(super) fn may_name(&mut self, line: &[u8]) -> bool {
        self.lines += 1;
        let is_prompt = self.prompt.is_none() && self.lines <= FIRST_LINES;
        is_prompt || line.len() <= LONGEST && NAMING.iter().any(|word| memchr::memmem::find(line, word).is_some())
    }

    /// Reads a record.
    pub(super) fn read(&mut self, line: &Value) {
        let text = |key: &str| line.get(key).and_then(Value::as_str);
        let is = |key: &str| line.get(key) == Some(&Value::Bool(true));
        let (rank, title) = match text("type") {
            Some("custom-title") => (2, text("customTitle")),
            Some("ai-title") => (1, text("aiTitle")),
            Some("summary") if self.has_begun => (0, text("summary")),
            Some("user") => {
                self.has_begun = true;
                if self.prompt.is_none() && !is("isSidechain") && !is("isMeta") && !is("isCompactSummary") {
                    self.prompt = prompt(line);
                }
                return;
            }
            Some("assistant") => {
                self.has_begun = true;
                return;
            }
            _ => return,
        };
        let known = self.title.as_ref().map(|(rank, _)| *rank);
        // The last one of a kind counts.
        if let Some(title) = title.and_then(one_line).filter(|_| known.is_none_or(|known| rank >= known)) {
            self.title = Some((rank, title));
        }
    }

    /// Returns what was found; nothing when that is nothing.
    pub(super) fn called(self) -> Option<Called> {
        let called = Called { title: self.title.map(|(_, title)| title), prompt: self.prompt };
        (called != Called::default()).then_some(called)
    }
}

/// Returns the beginning of what the user typed; nothing for what a program put there: results of tools, commands and
/// what they printed, reminders.
fn prompt(line: &Value) -> Option<String> {
    let content = line.pointer("/message/content")?;
    let parts = content.as_array().into_iter().flatten();
    let texts = parts.filter(|part| part.get("type").is_some_and(|kind| kind == "text"));
    let texts = texts.filter_map(|part| part.get("text").and_then(Value::as_str));
    let made =
        |text: &&str| ["<", "Caveat:", "[Request interrupted"].iter().any(|begin| text.trim().starts_with(begin));
    content.as_str().into_iter().chain(texts).find(|text| !made(text)).and_then(one_line)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn called(lines: &[Value]) -> Called {
        let mut titles = Titles::default();
        for line in lines {
            if titles.may_name(line.to_string().as_bytes()) {
                titles.read(line);
            }
        }
        titles.called().unwrap_or_default()
    }

    fn user(content: &Value) -> Value {
        json!({ "type": "user", "message": { "role": "user", "content": content } })
    }

    #[test]
    fn the_users_own_title_counts_most_and_the_last_of_a_kind() {
        let title = |kind: &str, key: &str, text: &str| json!({ "type": kind, key: text, "sessionId": "a" });
        let (own, made) = (title("custom-title", "customTitle", "Mine"), title("ai-title", "aiTitle", "Made"));
        let summary = json!({ "type": "summary", "summary": "Summed up", "leafUuid": "x" });
        let asked = user(&json!("Do it"));
        for (lines, expected) in [
            (vec![&asked, &summary], Some("Summed up")),
            (vec![&asked, &made, &summary], Some("Made")),
            (vec![&own, &asked, &made, &summary], Some("Mine")),
            (vec![&own, &title("custom-title", "customTitle", "Mine now")], Some("Mine now")),
            // Of the session that this one goes on from.
            (vec![&summary, &asked], None),
            (vec![&asked, &title("ai-title", "aiTitle", " ")], None),
        ] {
            let lines: Vec<Value> = lines.into_iter().cloned().collect();
            assert_eq!(called(&lines).title.as_deref(), expected, "{lines:?}");
        }
    }

    #[test]
    fn the_first_prompt_is_what_the_user_typed() {
        let text = |text: &str| json!([{ "type": "text", "text": text }]);
        let mut meta = user(&json!("Meta"));
        meta["isMeta"] = json!(true);
        let mut aside = user(&json!("For a sub-agent"));
        aside["isSidechain"] = json!(true);
        let reminded = json!([{ "type": "text", "text": "<system-reminder>x" }, { "type": "text", "text": "Fix\nit" }]);
        for (lines, expected) in [
            (vec![user(&json!("Fix the login\nplease")), user(&json!("And more"))], Some("Fix the login please")),
            (vec![user(&text("<command-name>/clear</command-name>")), user(&text("Go"))], Some("Go")),
            (
                vec![meta, aside, user(&json!([{ "type": "tool_result", "content": "x" }])), user(&reminded)],
                Some("Fix it"),
            ),
            (vec![user(&json!("<local-command-stdout>x"))], None),
        ] {
            assert_eq!(called(&lines).prompt.as_deref(), expected, "{lines:?}");
        }
    }
}
