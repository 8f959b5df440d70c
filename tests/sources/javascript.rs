//! What `JSON.parse` takes we take: thousands of documents, read by us and by node.

use std::collections::BTreeMap;

use crate::common::{World, has, set_time};

/// A small generator of numbers that is the same everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn space(&mut self, out: &mut Vec<u8>) {
        let space = self.pick(&["", "", "", " ", "\n", "\t", "\r\n", "  "]);
        out.extend_from_slice(space.as_bytes());
    }

    fn string(&mut self, out: &mut Vec<u8>) {
        out.push(b'"');
        for _ in 0..self.below(6) {
            let part = self.pick(&[
                "a",
                "Z",
                " ",
                "\u{e9}",
                "\u{8a9e}",
                "\u{1f600}",
                "\u{2028}",
                "\u{7f}",
                "\u{feff}",
                "\\n",
                "\\\"",
                "\\\\",
                "\\/",
                "\\b",
                "\\u00e9",
                "\\u0000",
                "\\ud83d\\ude00",
                "\\ud83d",
                "\\ude00",
                "\\uDBFF",
                "\\u2028",
                "__proto__",
                "$serde_json",
                "$serde_json::private::Number",
                "\\u0024serde_json::private::Number",
            ]);
            out.extend_from_slice(part.as_bytes());
        }
        if self.below(40) == 0 {
            out.extend_from_slice([&b"\xff"[..], b"\xc3", b"\xe2\x82", b"\xed\xa0\x80"][self.below(4)]);
        }
        out.push(b'"');
    }

    fn value(&mut self, out: &mut Vec<u8>, depth: usize) {
        self.space(out);
        match self.below(if depth == 0 { 5 } else { 7 }) {
            0 => out.extend_from_slice(self.pick(&["null", "true", "false"]).as_bytes()),
            1 => {
                let number = self.pick(&[
                    "0",
                    "-0",
                    "1",
                    "-1.5",
                    "1e5",
                    "1E+5",
                    "2e-400",
                    "1e400",
                    "-1e999",
                    "0.1e1",
                    "9007199254740993",
                    "123456789012345678901234567890",
                    "0.30000000000000004",
                    "1e99999999999999999999",
                ]);
                out.extend_from_slice(number.as_bytes());
            }
            2..=4 => self.string(out),
            5 => {
                out.push(b'[');
                for at in 0..self.below(4) {
                    out.extend_from_slice(if at > 0 { b"," } else { b"" });
                    self.value(out, depth - 1);
                }
                self.space(out);
                out.push(b']');
            }
            _ => {
                out.push(b'{');
                for at in 0..self.below(4) {
                    out.extend_from_slice(if at > 0 { b"," } else { b"" });
                    self.space(out);
                    self.string(out);
                    self.space(out);
                    out.push(b':');
                    self.value(out, depth - 1);
                }
                self.space(out);
                out.push(b'}');
            }
        }
        self.space(out);
    }

    /// Spoils one byte, or adds or takes one.
    fn spoil(&mut self, text: &mut Vec<u8>) {
        let at = self.below(text.len());
        let byte = b"[]{}\",:\\u0e+-.'/\x00\x0b\x80 "[self.below(20)];
        match self.below(3) {
            0 => text[at] = byte,
            1 => text.insert(at, byte),
            _ => drop(text.remove(at)),
        }
    }
}

const SCRIPT: &str = "
const fs = require('fs'), path = require('path');
for (const name of fs.readdirSync(process.argv[1])) {
    let ok = true;
    try { JSON.parse(fs.readFileSync(path.join(process.argv[1], name), 'utf8')); } catch { ok = false; }
    console.log(name + ' ' + ok);
}";

#[test]
fn what_javascript_takes_is_never_refused() {
    if !has("node") {
        return;
    }
    let world = World::new();
    let mut random = Random(20_261_120);
    for number in 0..2_500 {
        let mut text = b"[{\"content\":\"Todo ".to_vec();
        text.extend_from_slice(format!("{number}\",\"more\":").as_bytes());
        random.value(&mut text, 4);
        text.extend_from_slice(b"}]");
        if number % 3 == 0 {
            random.spoil(&mut text);
        }
        set_time(&world.write(&format!("lists/s{number}.json"), &text), "2026-11-01T10:00:00Z");
    }
    let lists = world.path("lists");
    let lists = lists.to_str().expect("UTF-8");
    let node = world.command("node").args(["-e", SCRIPT, lists]).output().expect("node");
    let node = String::from_utf8(node.stdout).expect("UTF-8");
    let takes: BTreeMap<&str, bool> =
        node.lines().filter_map(|line| line.split_once(' ')).map(|(name, ok)| (name, ok == "true")).collect();
    assert_eq!(takes.len(), 2_500);
    assert!(takes.values().filter(|takes| !**takes).count() > 300, "too few documents are wrong to tell anything");

    let done = world.run(&["-v", "capture", "--from", lists]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let refused: Vec<&str> =
        done.stderr.lines().filter(|line| line.contains("not valid JSON") || line.contains("is empty")).collect();
    let refuses = |name: &str| refused.iter().find(|line| line.contains(&format!("/{name} ")));
    let wrong: Vec<_> = takes
        .iter()
        .filter(|(name, takes)| **takes == refuses(name).is_some())
        .map(|(name, takes)| {
            let text = std::fs::read(world.path("lists").join(name)).expect("a file");
            format!("node takes it: {takes}; we say {:?}: {}", refuses(name), String::from_utf8_lossy(&text))
        })
        .collect();
    assert!(wrong.is_empty(), "{} documents\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));

    // And what we print of it, it takes.
    world.ok(&["consolidate"]);
    let listed = world.ok(&["list", "--all", "--json"]);
    let path = world.write("printed/list.json", listed.as_bytes());
    let node = world
        .command("node")
        .args(["-e", SCRIPT, path.parent().and_then(|path| path.to_str()).expect("UTF-8")])
        .output();
    assert_eq!(String::from_utf8_lossy(&node.expect("node").stdout).trim(), "list.json true");
    world.git(&world.store(), &["fsck", "--strict"]);
}
