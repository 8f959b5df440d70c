//! What a file costs grows with its bytes, whatever stands in it: a remote's file is anybody's.

use std::time::{Duration, Instant};

use chittysync::codec::{TodoFile, decode_session, decode_todos, encode_todos};
use chittysync::merge::{conflicts, disagreements, join_todo};
use chittysync::todo::{Session, TodoId};

const TIME: &str = "2025-10-10T23:20:00.000Z";

/// Does something of a size, and of four times the size, until the second takes less than ten times as long as the
/// first: on a busy machine once is not enough. What looks at all for each takes sixteen times as long, always.
fn grows_with_its_size(size: usize, given: impl Fn(usize) -> Vec<u8>, work: impl Fn(&[u8])) {
    let (small, large) = (given(size), given(4 * size));
    let least = |given: &[u8], known: Duration| {
        let start = Instant::now();
        work(given);
        known.min(start.elapsed())
    };
    let (mut one, mut four) = (Duration::MAX, Duration::MAX);
    for _ in 0..6 {
        (one, four) = (least(&small, one), least(&large, four));
        if four < one * 10 {
            return;
        }
    }
    panic!("{size} take {one:?}, {} take {four:?}", 4 * size);
}

/// A line with these claims, properties and stamps, each of them without its braces.
fn line(id: u64, fields: &str, claims: &str, stamps: &str) -> String {
    format!(
        r#"{{"id":"{id:016x}","content":"x","status":"pending"{fields},"created":"{TIME}","claims":{{{claims}}},"stamps":{{{stamps}}}}}"#
    )
}

fn list(lines: &[String]) -> Vec<u8> {
    format!("[\n{}\n]\n", lines.join(",\n")).into_bytes()
}

fn each(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect::<Vec<_>>().join(",")
}

fn claim(session: &str) -> String {
    format!(r#""{session}":{{"status":"pending","at":"{TIME}"}}"#)
}

/// Reads a list, writes it, and asks of each todo what every view asks.
fn use_list(bytes: &[u8]) {
    let todos = decode_todos(bytes).expect("decodes");
    let written = encode_todos(&todos);
    let file = TodoFile::read_lines(&written).expect("decodes");
    for todo in todos.values() {
        assert_eq!(file.get(todo.id).expect("a line"), Some(todo));
        assert!(todo.voices().count() > 0 && todo.workers().count() == 0);
        assert!(disagreements(todo).is_empty() && todo.flaw(None).is_none());
    }
}

#[test]
fn stamped_properties() {
    let given = |count| {
        let fields: String = (0..count).map(|n| format!(r#","f{n}":"""#)).collect();
        list(&[line(1, &fields, &claim("a"), &each(count, |n| format!(r#""f{n}":"{TIME}""#)))])
    };
    grows_with_its_size(4_000, given, use_list);
}

#[test]
fn one_property_again_and_again() {
    let given = |count| {
        let fields = r#","f":"""#.repeat(count);
        list(&[line(1, &fields, &claim("a"), &each(count, |n| format!(r#""f":"{TIME}","g{n}":"{TIME}""#)))])
    };
    grows_with_its_size(4_000, given, use_list);
}

#[test]
fn claims() {
    let given = |count| list(&[line(1, "", &each(count, |n| claim(&format!("s{}", n * 7 % count))), "")]);
    grows_with_its_size(4_000, given, use_list);
}

/// Half of them go on from one session, half from one each.
#[test]
fn claims_of_sessions_that_went_on() {
    let name = |session: &str, number: usize| {
        let number = u32::try_from(number).expect("a number");
        Session::new(session).expect("a name").continued("laptop", "salt", number).to_string()
    };
    let given = |count| {
        let one = |n| claim(&if n % 2 == 0 { name("s", n) } else { name(&format!("s{n}"), n) });
        list(&[line(1, "", &each(count, one), "")])
    };
    grows_with_its_size(1_000, given, use_list);
}

#[test]
fn keys_of_a_claim_and_of_metadata() {
    let given = |count| {
        let more = each(count, |n| format!(r#""k{n}":{n}"#));
        let claims = format!(r#""a":{{"status":"pending","at":"{TIME}",{more}}}"#);
        list(&[line(1, &format!(r#","metadata":{{{more}}}"#), &claims, "")])
    };
    grows_with_its_size(4_000, given, use_list);
}

#[test]
fn one_todo_on_every_line() {
    let given = |count| {
        let one =
            |n: usize| line(1, &format!(r#","f{n}":"""#), &claim(&format!("s{n}")), &format!(r#""f{n}":"{TIME}""#));
        list(&(0..count).map(one).collect::<Vec<_>>())
    };
    grows_with_its_size(4_000, given, use_list);
}

#[test]
fn lines() {
    let given = |count: usize| list(&(0..count).map(|n| line(n as u64, "", &claim("a"), "")).collect::<Vec<_>>());
    grows_with_its_size(1_000, given, use_list);
}

/// The claims and properties of one side stand between those of the other.
#[test]
fn two_sides_of_one_todo() {
    let given = |count: usize| {
        let half = |odd: usize| {
            let fields: String = (0..count).map(|n| format!(r#","f{}":"""#, 2 * n + odd)).collect();
            line(1, &fields, &each(count, |n| claim(&format!("s{}", 2 * n + odd))), "")
        };
        [list(&[half(0)]), list(&[half(1)])].join(&b';')
    };
    grows_with_its_size(8_000, given, |bytes| {
        let mut sides = bytes.split(|byte| *byte == b';').map(|side| decode_todos(side).expect("decodes"));
        let (ours, theirs) = (sides.next().expect("a side"), sides.next().expect("a side"));
        let id = TodoId::from_bytes(1_u64.to_be_bytes());
        let (ours, theirs) = (&ours[&id], &theirs[&id]);
        let mut joined = ours.clone();
        join_todo(&mut joined, theirs);
        assert_eq!(joined.claims.len(), 2 * ours.claims.len());
        assert!(conflicts(Some(ours), ours, theirs, &joined).is_empty());
    });
}

/// Each conflict names the todo, whose words are long.
#[test]
fn conflicts_over_properties() {
    let given = |count: usize| {
        let side = |value: &str, year: usize| {
            let fields: String = (0..count).map(|n| format!(r#","f{n}":"{value}""#)).collect();
            let stamps = each(count, |n| format!(r#""f{n}":"{year}-10-10T23:20:00.000Z""#));
            list(&[line(1, &fields, &claim("a"), &stamps).replace("\"x\"", &format!("\"{}\"", "x".repeat(50 * count)))])
        };
        [side("before", 2024), side("ours", 2026), side("theirs", 2027)].join(&b';')
    };
    grows_with_its_size(1_000, given, |bytes| {
        let sides: Vec<_> =
            bytes.split(|byte| *byte == b';').map(|side| decode_todos(side).expect("decodes")).collect();
        let [base, ours, theirs] = [0, 1, 2].map(|side| sides[side].values().next().expect("a todo"));
        let mut joined = ours.clone();
        join_todo(&mut joined, theirs);
        assert_eq!(conflicts(Some(base), ours, theirs, &joined).len(), ours.fields.len());
    });
}

#[test]
fn the_list_of_a_session() {
    let given = |count| {
        let meant = each(count, |n| format!(r#""{n}":"{n:016x}""#));
        let list = each(count, |n| format!(r#"{{"id":"{n:016x}","native":"{n}"}}"#));
        let text = format!(
            r#"{{"session":"a","started":"{TIME}","updated":"{TIME}","list":[{list},{{"id":"{:016x}","meant":{{{meant}}}}}]}}"#,
            1
        );
        text.into_bytes()
    };
    grows_with_its_size(4_000, given, |bytes| {
        let ours = decode_session(bytes).expect("decodes");
        let mut joined = ours.clone();
        chittysync::merge::join_session(&mut joined, &ours);
        assert_eq!(decode_session(&chittysync::codec::encode_session(&joined)).expect("decodes"), ours);
    });
}
