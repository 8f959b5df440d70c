//! What hooks start holds nothing of the server.

use crate::common::project;

fn tree(features: &str) -> String {
    let mut command = std::process::Command::new(env!("CARGO"));
    command.current_dir(project("")).args(["tree", "--locked", "--offline", "-e", "normal", "--prefix", "none"]);
    command.args(["--no-default-features", "--features", features]);
    let output = command.output().expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_default_build_has_no_server_in_it() {
    let server = ["axum ", "hyper ", "tower ", "http ", "maud "];
    let (default, hub) = (tree("board,daemon,mcp"), tree("hub"));
    for name in server {
        assert!(!default.lines().any(|line| line.starts_with(name)), "{name} is in the default build");
    }
    assert!(hub.lines().any(|line| line.starts_with("axum ")), "and this test sees what is there");
    for name in ["openssl-sys ", "aws-lc-sys ", "cmake "] {
        assert!(!hub.lines().any(|line| line.starts_with(name)), "{name}");
    }
}
