//! The hub itself between the devices, as a program of its own: what they do over a directory, a web server or ssh,
//! they do over it.

#![cfg(all(unix, feature = "hub"))]

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::common::{World, binary};
use crate::servers::Server;

/// Later than any time in these tests: whose clock is behind is no matter of theirs.
const LATER: &str = "2027-01-01T00:00:00Z";

/// Serves the store `hub.git` of a world, and has the user's git present a token for the device `d`, which all are.
/// Returns the server, and where it is.
pub fn serve(world: &World) -> (Server, String) {
    serve_by(world, binary())
}

/// As [`serve`], by this build of the program.
pub fn serve_by(world: &World, program: &str) -> (Server, String) {
    let store = world.path("hub.git");
    let mut command = world.command(program);
    command.env("CHITTYSYNC_NOW", LATER).arg("--store").arg(&store);
    command.args(["hub", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the hub starts");
    let mut url = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut url).expect("a line");
    let url = url.trim().to_owned();
    let port = url.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.split('/').next());
    let port = port.and_then(|port| port.parse().ok()).unwrap_or_else(|| panic!("no port in '{url}'"));
    let server = Server::new(child, port);
    let store = store.to_str().expect("UTF-8");
    let made = world.json(&["--store", store, "hub", "token", "add", "--device", "d", "--expires", "never"]);
    let token = made["token"].as_str().expect("a token");
    let helper = format!("!f() {{ test \"$1\" = get && echo username=x && echo password={token}; }}; f");
    world.git(&world.path(""), &["config", "--global", &format!("credential.http://127.0.0.1:{port}.helper"), &helper]);
    (server, url)
}
