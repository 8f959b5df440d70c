//! What others made: workerd, which is Cloudflare's own D1 and KV, and Notion's own client against the server that we
//! test with. `MIRROR_MODULES` names a directory in which npm has installed them; `.ci/components` does.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use chittysync::mirror::cloudflare::{D1, Kv};
use chittysync::mirror::{Adapter, Options, Part};
use chittysync::settings::MirrorKind;

use crate::fake::Fake;
use crate::http::TOKEN;
use crate::scene::{Scene, now};

fn script(name: &str) -> Command {
    let modules = PathBuf::from(std::env::var_os("MIRROR_MODULES").expect("MIRROR_MODULES names a directory"));
    // Modules are looked for from where a script is.
    let path = modules.join(name);
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/mirror").join(name);
    std::fs::copy(source, &path).expect("copied");
    let mut command = Command::new("node");
    command.arg(path).stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn verified(scene: &Scene, adapter: &mut dyn Adapter) -> Vec<String> {
    let store = scene.store();
    let tip = store.tip().expect("a ref").expect("a branch");
    adapter.verify(&Part::new(&store, &scene.mirror, tip, now())).expect("it can be asked")
}

#[test]
#[ignore = "needs miniflare: .ci/components"]
fn workerd_holds_what_it_is_sent() {
    let mut running = Running(script("miniflare.mjs").spawn().expect("node"));
    let mut lines = BufReader::new(running.0.stdout.take().expect("a pipe")).lines();
    let port = lines.next().expect("a line").expect("text");
    let api = format!("http://127.0.0.1:{port}/cdn-cgi/explorer/api");
    let d1 = || D1::new(&format!("{api}/d1/database/d"), "m").expect("a URL").with_token(TOKEN);
    let kv = || Kv::new(&format!("{api}/storage/kv/namespaces/n"), "m").expect("a URL").with_token(TOKEN);
    let open = |kind| -> Box<dyn Adapter> {
        match kind {
            MirrorKind::D1 => Box::new(d1()),
            _ => Box::new(kv()),
        }
    };
    for kind in [MirrorKind::D1, MirrorKind::Kv] {
        let scene = Scene::new(kind);
        let run = || scene.sync(open(kind).as_mut()).expect("a run");
        run();
        assert_eq!(verified(&scene, open(kind).as_mut()), Vec::<String>::new());
        assert_eq!(run().requests, 0);
        scene.world.ok(&["done", "Ship"]);
        scene.world.ok(&["add", "Rest", "--project", "acme/web"]);
        assert_eq!(run().requests, 1);
        assert_eq!(verified(&scene, open(kind).as_mut()), Vec::<String>::new());
        scene.world.ok(&["forget", "Write notes", "--yes"]);
        scene.world.ok(&["purge", "Fix login", "--yes"]);
        run();
        assert_eq!(verified(&scene, open(kind).as_mut()), Vec::<String>::new());
        scene.sync_with(open(kind).as_mut(), Options { again: true, ..Options::default() }).expect("a run");
        assert_eq!(verified(&scene, open(kind).as_mut()), Vec::<String>::new());
    }
}

/// The vendor's client reads what our adapter wrote, finds the shapes that it expects, and pages through it.
#[test]
#[ignore = "needs @notionhq/client: .ci/components"]
fn notions_own_client_finds_what_we_wrote() {
    let fake = crate::fake_notion::NotionFake::new();
    let scene = crate::fake::scene(&fake);
    scene.sync(fake.open(&scene.mirror.url, 100).as_mut()).expect("a run");
    fake.http().faults().busy_every = 4;
    let base = format!("http://127.0.0.1:{}", fake.http().port);
    let output = script("notion.mjs").args([&base, TOKEN, crate::fake_notion::PAGE]).output().expect("node");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said} {}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("Fix login: Pending\nShip: In progress\nWrite notes: Pending\n"), "{said}");
    fake.http().faults().busy_every = 0;
    // It checked one, and made one.
    scene.sync(fake.open(&scene.mirror.url, 100).as_mut()).expect("a run");
    assert_eq!((scene.status("Ship").as_str(), scene.status("Call Ana").as_str()), ("completed", "pending"));
}
