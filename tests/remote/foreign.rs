//! What somebody pushes who has another program than ours, or means harm.

use chittysync::store::paths::session_path;
use chittysync::todo::{Project, Session, TodoId};

use crate::devices::Devices;

pub const TIME: &str = "2026-11-20T10:00:00.000Z";

/// The file of a session.
pub fn info(session: &str, more: &str) -> (String, String) {
    let text = format!(
        r#"{{"format":2,"session":"{session}","source":"command","device":"other","started":"{TIME}","updated":"{TIME}"{more},"list":[]}}"#
    );
    (session_path(&Session::new(session).expect("a name")), text)
}

/// A line that a session says in the project `general`, with these properties.
pub fn line(session: &str, words: &str, more: &str) -> String {
    let id = TodoId::of(&Project::general(), words);
    format!(
        r#"{{"id":"{id}","content":"{words}","status":"pending"{more},"created":"{TIME}","updated":"{TIME}","claims":{{"{session}":{{"status":"pending","at":"{TIME}"}}}}}}"#
    )
}

pub fn list(lines: &[String]) -> String {
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// One file at several paths.
pub type Files = Vec<(Vec<String>, String)>;

pub fn at(path: &str, text: String) -> (Vec<String>, String) {
    (vec![path.to_owned()], text)
}

/// Pushes commits, one on the other, to a ref of the hub; each has the files of those before it.
pub fn push(devices: &Devices, name: &str, commits: &[Files]) {
    let mut stream = String::new();
    let mut marks = 0;
    for (number, files) in commits.iter().enumerate() {
        let mut changes = String::new();
        for (paths, text) in files {
            marks += 1;
            stream.push_str(&format!("blob\nmark :{marks}\ndata {}\n{text}\n", text.len()));
            changes.extend(paths.iter().map(|path| format!("M 100644 :{marks} {path}\n")));
        }
        let time = 1_795_170_000 + number;
        let message = format!("commit {name}\ncommitter x <x@y> {time} +0000\ndata 1\nx\n{changes}\n");
        stream.push_str(&message);
    }
    let stream = devices.world.write("stream", stream.as_bytes());
    let mut import = devices.world.command("git");
    import.current_dir(devices.hub()).args(["fast-import", "--quiet", "--force"]);
    let status = import.stdin(std::fs::File::open(stream).expect("a file")).status();
    assert!(status.expect("git").success());
}
