//! A hub that `watch` follows. curl speaks to it: it is where git speaks HTTP, and knows TLS and proxies.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::ui::{Failure, Ui};

/// How long an answer may take, in seconds.
const PATIENCE: &str = "30";

/// Follows a hub from a commit on.
pub(super) fn follow(url: &str, since: Option<String>, once: bool, ui: &mut Ui) -> Result<(), Failure> {
    let hub = Hub::new(url)?;
    let mut at = since;
    loop {
        let query = at.as_ref().map(|at| format!("?since={at}")).unwrap_or_default();
        let changed = hub.get(&format!("/api/changes{query}"))?;
        let commit = changed["commit"].as_str().map(str::to_owned);
        if at.is_some() {
            print(&changed, ui);
        }
        at = commit.or(at);
        if once {
            return Ok(());
        }
        hub.wait(at.as_deref())?;
    }
}

struct Hub {
    url: String,
    token: String,
}

impl Hub {
    fn new(url: &str) -> Result<Self, Failure> {
        let url = url.trim_end_matches('/');
        let plain = url.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
        if !plain || !(url.starts_with("http://") || url.starts_with("https://")) {
            return Err(Failure::usage(format!("'{url}' is no address of a hub")).hint("such as http://127.0.0.1:8377"));
        }
        let token = std::env::var("CHITTYSYNC_HUB_TOKEN").ok().filter(|token| !token.is_empty());
        let token = token.filter(|token| token.bytes().all(|byte| byte.is_ascii_graphic()));
        let none = || Failure::no("there is no token for this hub").hint(TOKEN);
        Ok(Hub { url: url.to_owned(), token: token.filter(|token| !token.contains(['"', '\\'])).ok_or_else(none)? })
    }

    /// Starts curl. The token goes over its standard input: arguments can be read by everybody on the machine.
    fn curl(&self, path: &str, options: &[&str]) -> Result<Child, Failure> {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "-N", "--fail-with-body", "-K", "-"]).args(options);
        curl.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = curl.spawn().map_err(|err| {
            Failure::fatal(format!("cannot start curl: {err}")).hint("`watch --hub` needs it; install it")
        })?;
        if let Some(mut stdin) = child.stdin.take() {
            let said = format!("url = \"{}{path}\"\nheader = \"Authorization: Bearer {}\"\n", self.url, self.token);
            // One that is gone says so itself.
            let _ = stdin.write_all(said.as_bytes());
        }
        Ok(child)
    }

    fn get(&self, path: &str) -> Result<Value, Failure> {
        let child = self.curl(path, &["--max-time", PATIENCE])?;
        let done = child.wait_with_output().map_err(|err| Failure::fatal(format!("curl failed: {err}")))?;
        let document: Value = serde_json::from_slice(&done.stdout).unwrap_or_default();
        if done.status.success() {
            return Ok(document);
        }
        let detail = document["detail"].as_str().map(str::to_owned);
        let why = detail.unwrap_or_else(|| String::from_utf8_lossy(&done.stderr).trim().to_owned());
        let failure = Failure::no(format!("cannot follow {}: {why}", self.url));
        Err(if document["status"] == 401 { failure.hint(TOKEN) } else { failure })
    }

    /// Waits until the branch of the hub is not at this commit. A stream that ends is begun again by whoever calls.
    fn wait(&self, at: Option<&str>) -> Result<(), Failure> {
        let query = at.map(|at| format!("?since={at}")).unwrap_or_default();
        let mut child = self.curl(&format!("/api/events{query}"), &[])?;
        let lines = child.stdout.take().map(|out| BufReader::new(out).lines()).into_iter().flatten();
        let mut is_told = false;
        for line in lines.map_while(Result::ok) {
            if line.starts_with("event:") {
                is_told = true;
                break;
            }
        }
        // What was not read is not wanted any more.
        let _ = child.kill();
        let _ = child.wait();
        if !is_told {
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
        Ok(())
    }
}

/// How to get a token.
const TOKEN: &str =
    "`git chittysync hub token add --scope read` on its machine makes one; CHITTYSYNC_HUB_TOKEN holds it";

/// Prints a line for each change; of a branch that was taken back only that it was.
pub(super) fn print(changed: &Value, ui: &mut Ui) {
    let reset = (changed["reset"] == json!(true)).then(|| json!({ "reset": true, "commit": changed["commit"] }));
    for line in reset.iter().chain(changed["changes"].as_array().into_iter().flatten()) {
        ui.print_always(&format!("{line}\n"));
    }
}
