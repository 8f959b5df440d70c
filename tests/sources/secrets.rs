//! Credentials in what agents write never reach the store. All of them are made up here, at run time, so that
//! the project itself holds nothing that looks like one.

use std::path::Path;

use chittysync::redact::{Found, Redactor};
use serde_json::{Value, json};

use crate::common::{Done, World, files, set_time};
use crate::javascript::Random;
use crate::transcripts::Transcript;

const AT: &str = "2026-11-01T10:00:00Z";
pub const LOWER: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
pub const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
pub const HEX: &str = "0123456789abcdef";
pub const ALL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Characters that look random and are the same on every run.
pub struct Dice(Random);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(Random(seed))
    }

    /// So many characters, every kind of which there is in the alphabet among the first.
    pub fn text(&mut self, alphabet: &str, length: usize) -> String {
        let alphabet = alphabet.as_bytes();
        let all = alphabet.len();
        (0..length)
            .map(|at| char::from(alphabet[if at < 3 { at * (all - 1) / 2 } else { self.0.below(all) }]))
            .collect()
    }
}

/// Returns credentials of all forms: what must not be found anywhere, and the text in which an agent says it.
fn credentials(dice: &mut Dice) -> Vec<(String, String)> {
    // The pieces of each mark stand apart, so that no scanner takes this file for a leak.
    let forms: [(&[&str], &str, usize); 45] = [
        (&["AK", "IA"], UPPER, 16),
        (&["AS", "IA"], UPPER, 16),
        (&["AI", "za"], ALL, 35),
        (&["GOC", "SPX-"], ALL, 28),
        (&["do", "p_v1_"], HEX, 64),
        (&["gh", "p_"], ALL, 36),
        (&["gh", "s_"], ALL, 36),
        (&["github", "_pat_"], ALL, 82),
        (&["gl", "pat-"], ALL, 20),
        (&["gl", "dt-"], ALL, 20),
        (&["ATA", "TT3"], ALL, 180),
        (&["npm", "_"], ALL, 36),
        (&["pypi", "-AgEIcHlwaS5vcmc"], ALL, 120),
        (&["ruby", "gems_"], HEX, 48),
        (&["dckr", "_pat_"], ALL, 27),
        (&["sk", "-ant-api03-"], ALL, 95),
        (&["sk", "-proj-"], ALL, 80),
        (&["sk", "-"], ALL, 48),
        (&["sk", "-or-v1-"], HEX, 64),
        (&["hf", "_"], ALL, 34),
        (&["gs", "k_"], ALL, 52),
        (&["r8", "_"], ALL, 37),
        (&["sk", "_live_"], ALL, 24),
        (&["rk", "_test_"], ALL, 24),
        (&["wh", "sec_"], ALL, 32),
        (&["shp", "at_"], HEX, 32),
        (&["SG", ".abcdefghijABCDEFGHIJ01."], ALL, 43),
        (&["key", "-"], HEX, 32),
        (&["SK", ""], HEX, 32),
        (&["xox", "b-123456789012-1234567890123-"], ALL, 24),
        (&["xap", "p-1-A0123456789-"], HEX, 64),
        (&["hooks.", "slack.com/services/T01234567/B01234567/"], ALL, 24),
        (&["1234567890", ":AA"], ALL, 33),
        (&["hv", "s."], ALL, 90),
        (&["lin", "_api_"], ALL, 40),
        (&["nt", "n_"], ALL, 46),
        (&["fi", "gd_"], ALL, 40),
        (&["gl", "sa_abcdefghijABCDEFGHIJ0123456789AB_"], HEX, 8),
        (&["NR", "AK-"], UPPER, 27),
        (&["da", "pi"], HEX, 32),
        (&["pscale", "_tkn_"], ALL, 43),
        (&["AGE", "-SECRET-KEY-1"], UPPER, 58),
        (&["ey", "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0."], ALL, 43),
        (&["xkey", "sib-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef-"], ALL, 16),
        (&["tsk", "ey-auth-k123456CNTRL-"], ALL, 32),
    ];
    let mut all = Vec::new();
    for (mark, alphabet, length) in forms {
        let secret = dice.text(alphabet, length);
        let whole = format!("{}{secret}", mark.concat());
        all.push((secret, dice.0.pick(&["Rotate ", "Use ", "curl -H 'X-Key: "]).to_owned() + &whole));
    }
    let mut say =
        |secret: String, before: &str, after: &str| all.push((secret.clone(), format!("{before}{secret}{after}")));
    let begin = format!("-----BEGIN {} KEY-----", "RSA PRIVATE");
    say(dice.text(ALL, 64), &format!("{begin}\n"), &format!("\n-----END {} KEY-----", "RSA PRIVATE"));
    say(dice.text(ALL, 64), &format!("{begin} "), "");
    say(dice.text(ALL, 16), "connect to postgres://app:", "@db.internal/app");
    say(dice.text(ALL, 30), "clone https://", "@git.example.invalid/repo.git");
    say(dice.text(ALL, 40), "curl -H 'Authorization: Bearer ", "'");
    say(dice.text(LOWER, 12) + "9=", "header Authorization: Basic ", "");
    say(dice.text(LOWER, 12) + "7", "export DB_PASSWORD=", "");
    say(dice.text(ALL, 14) + "9", "{\"password\": \"", "!\"}");
    say(dice.text(ALL, 32) + "9", "set API_KEY=", " in .env");
    say(dice.text(HEX, 32), "client_secret: ", "");
    say(dice.text(ALL, 40), "AWS_SECRET_ACCESS_KEY=", "");
    say(format!("{}==", dice.text(ALL, 86)), "DefaultEndpointsProtocol=https;AccountKey=", ";");
    all
}

/// What people ask of agents: the shapes of real todos, tokens and passwords as a subject among them.
fn harmless(dice: &mut Dice) -> String {
    let verb =
        dice.0.pick(&["Fix", "Add", "Refactor", "Document", "Test", "Rotate", "Store", "Validate", "Remove", "Check"]);
    let thing = dice.0.pick(&[
        "password reset flow",
        "the token refresh in src/auth/token.rs",
        "API key rotation (see docs/keys.md)",
        "the JWT parser",
        "OAuth client_secret handling",
        "Bearer authentication-middleware",
        "the secret: it must not be logged",
        "password: required field",
        "login form: password, token",
        "`password=$DB_PASSWORD` in compose.yaml",
        "env var SECRET_KEY=${SECRET_KEY}",
        "the private key loader (-----BEGIN PRIVATE KEY----- header)",
        "https://example.com/docs/tokens?page=2",
        "redis://localhost:6379",
        "postgres://user:password@localhost/db in the README",
        "the sk-learn pipeline",
        "task-123 and ask-user flow",
        "process.env.API_TOKEN lookup",
        "token: string | undefined",
        "tokenizer = AutoTokenizer.from_pretrained(name)",
        "secret = get_secret(\"db/credentials\")",
        "npm_config_registry",
        "the gh-pages deploy",
        "key=value parser",
        "sort_key = lambda item: item.created_at",
        "authorization: role-based-access-control-matrix",
        "max_tokens=4096",
        "next_token: None",
        "\u{8bfb}\u{53d6}\u{5bc6}\u{7801}\u{6620}\u{5c04}",
        "Passwort: mindestens 8 Zeichen",
        "api_key: str = Field(default=None)",
        "password_hash = bcrypt.hash(password, 12)",
        "csrf_token={{ csrf_token() }}",
        "user:pass@host parsing",
        "AKIA prefix detection",
        "`Authorization: Bearer <token>` in the examples",
        "primary_key=Column(Integer)",
        "cache_key = f\"{user_id}:{session_id}\"",
        "access_token_expires_in_seconds=3600",
    ]);
    match dice.0.below(6) {
        0 => format!("{verb} {thing} (commit {})", dice.text(HEX, 40)),
        1 => format!(
            "{verb} {thing}, id {}-{}-4{}-8{}-{}",
            dice.text(HEX, 8),
            dice.text(HEX, 4),
            dice.text(HEX, 3),
            dice.text(HEX, 3),
            dice.text(HEX, 12)
        ),
        2 => format!("{verb} {thing} sha256:{}", dice.text(HEX, 64)),
        3 => format!(
            "{verb} {thing} in src/{}/{}.rs:{}",
            dice.text("abcdef", 6),
            dice.text("ghijkl", 8),
            dice.0.below(900)
        ),
        4 => format!("{verb} {thing} by 2026-11-{:02}T10:00:00Z (#{})", dice.0.below(28) + 1, dice.0.below(9999)),
        _ => format!("{verb} {thing}"),
    }
}

/// Expects none of these in any object, reflog, cache or other file of a store, nor in what was printed.
fn expect_nothing(world: &World, store: &Path, said: &[Done], secrets: &[&str]) {
    let objects = world.git(store, &["cat-file", "--batch-all-objects", "--batch", "--unordered"]);
    assert!(objects.contains("[redacted: "), "there is something to look at");
    let mut places = vec![("objects".to_owned(), objects)];
    for (path, (content, _)) in files(store) {
        places.push((path.display().to_string(), path.display().to_string()));
        places.push((path.display().to_string(), String::from_utf8_lossy(&content).into_owned()));
    }
    places.extend(said.iter().map(|done| ("output".to_owned(), format!("{}{}", done.stdout, done.stderr))));
    for (place, text) in &places {
        for secret in secrets {
            assert!(!text.contains(secret), "{secret} in {place}");
        }
    }
}

#[test]
fn nothing_of_a_credential_is_kept_or_said_whatever_the_source() {
    let world = World::new();
    let all = credentials(&mut Dice::new(1));
    let secrets: Vec<&str> = all.iter().map(|(secret, _)| secret.as_str()).collect();
    let texts: Vec<&str> = all.iter().map(|(_, text)| text.as_str()).collect();
    let entry = |text: &str| {
        json!({"content": text, "status": "pending", "activeForm": text,
        "description": [text], "metadata": {"note": {"deep": text}, text: 1}, "priority": text})
    };
    let list: Vec<Value> = texts.iter().map(|text| entry(text)).collect();
    let name = "11111111-1111-4111-8111-111111111111";
    set_time(&world.write(&format!("claude/todos/{name}-agent-{name}.json"), json!(list).to_string().as_bytes()), AT);
    for (at, text) in texts.iter().enumerate() {
        let task = json!({"id": format!("{at}"), "subject": text, "description": text, "status": text, "owner": text});
        set_time(&world.write(&format!("claude/tasks/release/{at}.json"), task.to_string().as_bytes()), AT);
    }
    let token = texts.iter().zip(&secrets).find(|(text, _)| text.contains("dckr")).expect("one of them").0;
    let token = token.rsplit(' ').next().expect("a word");
    let task = json!({"id": "1", "subject": "A list with a strange name", "status": "pending"});
    set_time(&world.write(&format!("claude/tasks/{token}/1.json"), task.to_string().as_bytes()), AT);
    // Broken in every file that can be broken: what cannot be read is not quoted.
    world.write(
        "claude/todos/22222222-2222-4222-8222-222222222222-agent-22222222-2222-4222-8222-222222222222.json",
        format!("[{token}").as_bytes(),
    );
    let mut transcript = Transcript::new("33333333-3333-4333-8333-333333333333");
    transcript.call(AT, "TodoWrite", &json!({"todos": list}), &json!({"oldTodos": [], "newTodos": list}));
    transcript.in_directory(&format!("/nowhere/{token}"));
    transcript.write(&world, AT);

    let home = world.path("claude");
    let home = home.to_str().expect("UTF-8");
    let said = [
        world.run(&["-v", "sync", "--from", home]),
        world.input(&["import", "--session", token, "--project", "api"], json!(list).to_string().as_bytes()),
        world.run(&["add", "--session", token, "--project", token, "--description", texts[6], texts[7]]),
        world.run(&["edit", "strange", "name", "--text", &format!("By hand: {}", texts[8]), "--description", texts[9]]),
        world.run(&["list", "--all"]),
        world.run(&["--json", "list", "--all"]),
        world.run(&["sessions"]),
        world.run(&["log"]),
        world.run(&["-v", "sync", "--from", home]),
    ];
    for done in &said {
        assert_eq!(done.code, Some(0), "{done:?}");
    }
    expect_nothing(&world, &world.store(), &said, &secrets);
    assert!(
        said[0].stderr.contains("session 11111111 said a credential (github-token); it was redacted"),
        "{:?}",
        said[0]
    );
    assert!(said[1].stderr.contains("said a credential (npm-token)"), "{:?}", said[1]);
    assert!(said[2].stderr.contains("(github-token) was redacted"), "{:?}", said[2]);
    assert!(!said[8].stderr.contains("said a credential"), "told once: {:?}", said[8]);
}

#[test]
fn the_same_list_again_says_nothing_new_and_a_new_credential_is_told() {
    let world = World::new();
    let key = |seed| format!("{}{}", ["gh", "p_"].concat(), Dice::new(seed).text(ALL, 36));
    let name = "11111111-1111-4111-8111-111111111111";
    world.list(name, "2026-11-01T10:00:00Z", &[(&format!("Use {}", key(1)), "pending")]);
    assert!(world.sync().stderr.contains("(github-token)"));
    let id = world.todo("Use [redacted: github-token]")["id"].clone();
    world.list(name, "2026-11-01T11:00:00Z", &[(&format!("Use {}", key(2)), "in_progress")]);
    let again = world.sync();
    assert!(!again.stderr.contains("credential"), "{again:?}");
    assert_eq!(world.todo("Use [redacted: github-token]")["id"], id, "the id is that of the redacted words");
    assert_eq!(world.commits(), 2);
    let items = [(format!("Use {}", key(2)), "in_progress"), (format!("Then {}", key(3)), "pending")];
    world.list(name, "2026-11-01T12:00:00Z", &[(&items[0].0, items[0].1), (&items[1].0, items[1].1)]);
    assert!(world.sync().stderr.contains("(github-token)"));
}

#[test]
fn settings_turn_it_off_and_make_exceptions() {
    let key = format!("{}{}", ["gh", "p_"].concat(), Dice::new(1).text(ALL, 36));
    let content = format!("Use {key} and password=hunter2");
    for (settings, kept) in [
        (&[][..], "Use [redacted: github-token] and password=[redacted: password]".to_owned()),
        (&["chittysync.redactExcept=password"], "Use [redacted: github-token] and password=hunter2".to_owned()),
        (&["chittysync.redactExcept=password", "chittysync.redactExcept=github-token"], content.clone()),
        (&["chittysync.redact=off"], content.clone()),
    ] {
        let world = World::new();
        world.list("11111111-1111-4111-8111-111111111111", AT, &[(&content, "pending")]);
        let home = world.path("claude");
        let mut arguments: Vec<&str> = settings.iter().flat_map(|setting| ["-c", setting]).collect();
        arguments.extend(["chittysync", "-q", "sync", "--from", home.to_str().expect("UTF-8")]);
        world.git(&world.home(), &arguments);
        assert_eq!(world.states(), [format!("{kept}: pending")], "{settings:?}");
    }
    let done = World::new();
    let wrong = done.git_run(&done.home(), &["-c", "chittysync.redactExcept=nothing", "chittysync", "sync"]);
    assert_eq!(wrong.code, Some(128), "{wrong:?}");
    assert!(wrong.stderr.contains("the name of a rule"), "{wrong:?}");
}

#[test]
fn nearly_all_credentials_are_found_and_nearly_nothing_else() {
    let (redactor, mut missed, mut all) = (Redactor::default(), Vec::new(), 0);
    for seed in 1..40 {
        for (secret, text) in credentials(&mut Dice::new(seed)) {
            all += 1;
            let redacted = redactor.text(&text, &mut Found::new()).into_owned();
            if redacted.contains(&secret) {
                missed.push(redacted);
            }
        }
    }
    assert!(missed.len() * 20 <= all, "{} of {all} missed: {missed:#?}", missed.len());
    let (mut dice, mut wrong) = (Dice::new(7), Vec::new());
    for _ in 0..5000 {
        let text = harmless(&mut dice);
        let redacted = redactor.text(&text, &mut Found::new());
        if redacted != text {
            wrong.push(redacted.into_owned());
        }
    }
    assert!(wrong.len() * 100 <= 5000, "{} of 5000 wrong: {:#?}", wrong.len(), &wrong[..20]);
}

/// `docs/security.md` names every rule, because settings do.
#[test]
fn the_page_lists_every_rule() {
    let page = std::fs::read_to_string(crate::common::project("docs/security.md")).expect("a page");
    for name in chittysync::redact::names() {
        assert!(page.contains(&format!("`{name}`")), "{name} is not in docs/security.md");
    }
}

/// What names this device is written into every session.
#[test]
fn the_name_of_the_device() {
    let world = World::new();
    let token = Dice::new(7).text(ALL, 36);
    let device = format!("box gh{}{token}", "p_");
    world.git(&world.home(), &["config", "--global", "chittysync.device", &device]);
    world.list("s1", AT, &[("One", "pending")]);
    world.sync();
    world.ok(&["add", "Two"]);
    let sessions = world.ok(&["--json", "sessions"]);
    assert!(sessions.contains("box ") && !sessions.contains(&token), "{sessions}");
    assert!(!world.git(&world.store(), &["for-each-ref"]).contains(&token.to_lowercase()));
}
