//! `hub open`: a link that opens the pages in a browser, once. What is in it stands behind the `#`, so it is in no
//! request line and no log, and is worth nothing once it was used or five minutes are over.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;

use super::tokens;
use crate::access::Scope;
use crate::cli::{Failure, OpenArgs, Ui};
use crate::git::{Fsync, StoreLock, read_file, replace_private_file, state_dir};
use crate::store::Store;
use crate::todo::Time;

/// How long a link is good.
const GOOD: i64 = 5 * 60 * 1000;

/// Where the codes are that were not used yet: of each only a hash.
pub(super) fn codes(common_dir: &Path) -> PathBuf {
    state_dir(common_dir).join("codes")
}

fn address(common_dir: &Path) -> PathBuf {
    state_dir(common_dir).join("hub-address")
}

/// Writes down where the hub listens, and how addresses of its pages begin.
pub(super) fn remember(common_dir: &Path, at: SocketAddr, base: &str) -> Result<(), crate::git::GitError> {
    replace_private_file(&address(common_dir), format!("{at} {base}\n").as_bytes(), Fsync::Off)
}

/// The hub listens no more.
pub(super) fn forget(common_dir: &Path) {
    let _ = std::fs::remove_file(address(common_dir));
    was_opened(common_dir);
}

/// A link was used: what led to it is of no more use.
pub(super) fn was_opened(common_dir: &Path) {
    let _ = std::fs::remove_file(page(common_dir));
}

/// Returns how addresses of the pages of a hub begin that serves this store.
fn running(common_dir: &Path) -> Option<String> {
    let text = String::from_utf8(read_file(&address(common_dir)).ok()?).ok()?;
    let (at, base) = text.trim().split_once(' ')?;
    let listens: SocketAddr = at.parse().ok()?;
    let mut reached = listens;
    if listens.ip().is_unspecified() {
        // It listens everywhere, and so on loopback.
        reached.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    TcpStream::connect_timeout(&reached, Duration::from_secs(2)).ok()?;
    Some(base.replace(at, &reached.to_string()))
}

pub(super) fn run(args: &OpenArgs, store: &Store, now: Time, ui: &mut Ui) -> Result<(), Failure> {
    let common_dir = store.repo.common_dir();
    let running = running(common_dir).ok_or_else(|| {
        Failure::no("no hub of this store runs here").hint("`git chittysync hub` starts it, and goes on until Ctrl-C")
    })?;
    let scope = Scope::parse(&args.scope).unwrap_or(Scope::Read);
    let expires = Time::from_millis(now.millis() + GOOD);
    let (secret, record) = tokens::make(&store.settings.device, scope, now, Some(expires)).map_err(Failure::fatal)?;
    let path = codes(common_dir);
    {
        let _lock = StoreLock::acquire(common_dir)?;
        let mut codes = tokens::read_from(&path).map_err(Failure::fatal)?;
        codes.retain(|code| code.flaw(now).is_none());
        codes.push(record);
        tokens::write_to(&path, codes, store.settings.fsync)?;
    }
    let base = match args.url.as_deref() {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => running,
    };
    let link = format!("{base}/ui/login#{}", secret.reveal());
    if ui.json {
        ui.print_json(&json!({ "url": link, "expires": expires.to_string(), "scope": scope.as_str() }));
        return Ok(());
    }
    ui.print_always(&format!("{link}\n"));
    if !args.print && ui.tells_a_person() && browse(common_dir, &link) {
        ui.note("It opens in your browser. The link is good once, and for five minutes.");
    } else {
        ui.note("hint: open it in a browser. It is good once, and for five minutes.");
    }
    Ok(())
}

/// Has the system open a link; returns whether it could be asked to. The arguments of a program can be read by everybody
/// on the machine: what is opened is a file that only its user can read, and that leads on.
fn browse(common_dir: &Path, link: &str) -> bool {
    let has_screen = || ["WAYLAND_DISPLAY", "DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    let program = match cfg!(target_os = "macos") {
        true => "open",
        false if has_screen() => "xdg-open",
        false => return false,
    };
    let file = page(common_dir);
    if replace_private_file(&file, leading_to(link).as_bytes(), Fsync::Off).is_err() {
        return false;
    }
    let mut command = Command::new(program);
    command.arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().is_ok()
}

fn page(common_dir: &Path) -> PathBuf {
    state_dir(common_dir).join("open.html")
}

/// Returns a page that goes on to a link at once. The link is made of an address or what the user typed, and a code.
fn leading_to(link: &str) -> String {
    let link = link.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    format!(
        "<!DOCTYPE html><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">\
         <meta http-equiv=\"refresh\" content=\"0; url={link}\"><a href=\"{link}\">The hub's pages</a>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_link_stays_in_it() {
        let page = leading_to("https://todos.example/\"><script>&x=1/ui/login#secret");
        assert!(!page.contains("<script>") && !page.contains("example/\">"), "{page}");
        assert_eq!(
            page.matches("https://todos.example/&quot;>&lt;script>&amp;x=1/ui/login#secret").count(),
            2,
            "{page}"
        );
    }
}
