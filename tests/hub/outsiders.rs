//! Tokens that others made: which of them are taken, and that nobody waits for who made them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::World;
use crate::issuer::{Issuer, now, part};
use crate::scene::{HELPER, Scene};
use crate::sockets::{add, listen, told};

/// A hub that takes the tokens of an issuer.
fn scene() -> (Scene, Issuer) {
    scene_with("")
}

/// The same with these limits.
fn scene_with(limits: &str) -> (Scene, Issuer) {
    let world = World::new();
    let issuer = Issuer::new(&world);
    let name = issuer.name();
    let settings = format!(
        "[chittysync]\n\thubIssuer = {name}\n\thubAudience = todos\n\thubKeys = {name}/jwks.json\n\thubIntrospection = {name}/validate\n"
    );
    world.write("home/.gitconfig", format!("{HELPER}{settings}").as_bytes());
    let mut scene = Scene { world, hub: None, port: 0 };
    scene.start(&[("CHITTYSYNC_HUB_LIMITS", limits)], &[]);
    (scene, issuer)
}

fn with(mut claims: Value, change: &Value) -> Value {
    for (key, value) in change.as_object().expect("claims") {
        match value {
            Value::Null => drop(claims.as_object_mut().expect("claims").remove(key)),
            value => claims[key] = value.clone(),
        }
    }
    claims
}

#[test]
fn what_an_issuer_signed_is_taken() {
    let (scene, issuer) = scene();
    for key in ["curve", "edwards", "rsa"] {
        let Some(token) = issuer.sign(key, &issuer.claims()) else {
            eprintln!("SKIPPED: openssl makes no key for RSA");
            continue;
        };
        let answer = scene.get("/api/status", &token);
        assert_eq!(answer.status, 200, "{key}: {answer:?}");
        let said = scene.post("/api/todo", &token, &json!({"content": format!("By {key}")}).to_string());
        assert_eq!(said.status, 201, "{key}: {said:?}");
    }
    assert_eq!(issuer.asked(), 1, "keys are kept");
    // What it is for in a list, as others write it.
    for change in [
        json!({"aud": ["other", "todos"]}),
        json!({"scope": null, "permissions": ["write"]}),
        json!({"scope": null, "scopes": ["chittysync:admin"]}),
    ] {
        let token = issuer.sign("curve", &with(issuer.claims(), &change)).expect("signed");
        assert_eq!(scene.get("/api/status", &token).status, 200, "{change}");
    }
    // By git, whose sessions are those of the device that the token names.
    let token = issuer.sign("edwards", &issuer.claims()).expect("signed");
    scene.device("one");
    scene.device("two");
    for name in ["one", "two"] {
        scene.list(name, &format!("session-of-{name}"), &[(&format!("Work of {name}"), "pending")]);
    }
    let synced = scene.sync("one", &token);
    assert_eq!(synced.code, Some(0), "{synced:?}");
    let other = scene.sync("two", &token);
    assert!(other.code == Some(1) && other.stderr.contains("is of the device 'two'"), "{other:?}");
    assert!(scene.tip("refs/chittysync/session-of-two").is_empty());
}

#[test]
fn scopes_of_an_issuer_hold() {
    let (scene, issuer) = scene();
    let token = |scope: &str| issuer.sign("curve", &with(issuer.claims(), &json!({"scope": scope}))).expect("signed");
    let body = r#"{"content":"x"}"#;
    let asked = |token: &str| (scene.get("/api/status", token).status, scene.post("/api/todo", token, body).status);
    assert_eq!(asked(&token("openid chittysync:read")), (200, 403));
    assert_eq!(asked(&token("chittysync:write")), (200, 201));
    assert_eq!(asked(&token("write admin chittysync:all")), (403, 403), "words of other services");
    assert_eq!(scene.ask("DELETE", "/api/todos/general", &token("chittysync:write"), &[], b"").status, 403);
    assert_eq!(scene.ask("DELETE", "/api/todos/general", &token("chittysync:admin"), &[], b"").status, 200);
}

#[test]
fn what_nobody_signed_for_us_is_refused() {
    let (scene, issuer) = scene();
    let good = issuer.claims();
    let es256 = json!({"alg": "ES256", "kid": "curve"});
    let signed = |header: &Value, claims: &Value| issuer.sign_as(header, "curve", claims).expect("signed");
    let claims = |change: Value| signed(&es256, &with(good.clone(), &change));
    let unsigned =
        |header: Value, signature: &str| format!("{}.{}.{signature}", part(header.to_string()), part(good.to_string()));
    let point = issuer.says.lock().expect("no panic").keys["keys"][0].to_string();
    // As an attacker does who knows the public key: it stands for a secret that both share.
    let shared = |secret: &[u8], kid: &str| {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
        let message = format!("{}.{}", part(json!({"alg": "HS256", "kid": kid}).to_string()), part(good.to_string()));
        format!("{message}.{}", part(ring::hmac::sign(&key, message.as_bytes())))
    };
    let taken = signed(&es256, &good);
    let changed = {
        let (message, signature) = taken.rsplit_once('.').expect("parts");
        let (header, _) = message.split_once('.').expect("parts");
        format!("{header}.{}.{signature}", part(with(good.clone(), &json!({"scope": "chittysync:admin"})).to_string()))
    };
    let rejected = [
        ("alg none", unsigned(json!({"alg": "none", "kid": "curve"}), "")),
        ("alg None", unsigned(json!({"alg": "None", "kid": "curve"}), "")),
        ("no signature", unsigned(es256.clone(), "")),
        ("no algorithm", unsigned(json!({"kid": "curve"}), "")),
        ("the original's base64 of claims", part(good.to_string())),
        ("two parts", taken.rsplit_once('.').expect("parts").0.to_owned()),
        ("five parts", format!("{taken}.x.y")),
        ("HS256 with the public key", shared(point.as_bytes(), "curve")),
        ("HS256 with a published secret", shared(b"shared", "shared")),
        ("changed afterwards", changed),
        ("expired", claims(json!({"exp": now() - 120}))),
        ("never expires", claims(json!({"exp": null}))),
        ("expires at some word", claims(json!({"exp": "soon"}))),
        ("not yet good", claims(json!({"nbf": now() + 300}))),
        ("another audience", claims(json!({"aud": "others"}))),
        ("no audience", claims(json!({"aud": null}))),
        ("another issuer", claims(json!({"iss": "https://evil.example"}))),
        ("no issuer", claims(json!({"iss": null}))),
        ("nobody", claims(json!({"sub": null}))),
        ("an unknown key", signed(&json!({"alg": "ES256", "kid": "other"}), &good)),
        ("no key", signed(&json!({"alg": "ES256"}), &good)),
        ("another key's name", signed(&json!({"alg": "ES256", "kid": "edwards"}), &good)),
        ("another way of signing", signed(&json!({"alg": "EdDSA", "kid": "curve"}), &good)),
        ("a key for sealing", signed(&json!({"alg": "ES256", "kid": "sealing"}), &good)),
        (
            "a key in the header",
            signed(&json!({"alg": "ES256", "jwk": serde_json::from_str::<Value>(&point).expect("JSON")}), &good),
        ),
        ("something critical", signed(&json!({"alg": "ES256", "kid": "curve", "crit": ["x"], "x": 1}), &good)),
        ("too long", claims(json!({"more": "x".repeat(20_000)}))),
        ("no claims", signed(&es256, &json!([]))),
    ];
    assert_eq!(scene.get("/api/status", &taken).status, 200, "what all of them are compared with");
    for (what, token) in rejected {
        for path in ["/api/status", "/git/todos.git/info/refs?service=git-upload-pack"] {
            let answer = scene.get(path, &token);
            assert_eq!(answer.status, 401, "{what}: {answer:?}");
            assert!(!answer.body.contains("somebody"), "{what}: {answer:?}");
        }
        // As git presents it.
        assert_ne!(scene.git(&token, "", &["ls-remote", &scene.url()]).code, Some(0), "{what}");
    }
    assert!(issuer.asked() < 8, "unknown keys have it asked seldom: {}", issuer.asked());
    let store = scene.store("hub");
    let log = scene.world.ok(&["--store", store.to_str().expect("UTF-8"), "daemon", "log"]);
    assert!(!log.contains(&taken[..20]), "{log}");
}

#[test]
fn nobody_waits_long_for_an_issuer() {
    let (scene, issuer) = scene();
    let own = scene.token("one", "read");
    issuer.says.lock().expect("no panic").thinks = Duration::from_secs(30);
    let token = issuer.sign("curve", &issuer.claims()).expect("signed");
    let started = Instant::now();
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..8).map(|_| scope.spawn(|| scene.get("/api/status", &token).status)).collect();
        for number in 0..10 {
            assert_eq!(scene.get("/api/status", &own).status, 200);
            let meanwhile = asking.iter().any(|asked| !asked.is_finished());
            assert!(meanwhile || number > 0, "others are answered meanwhile");
        }
        for asked in asking {
            assert_eq!(asked.join().expect("no panic"), 401);
        }
    });
    assert!(started.elapsed() < Duration::from_secs(29), "{:?}", started.elapsed());
    assert_eq!(issuer.asked(), 1, "one of them asked for all");
}

#[test]
fn what_somebody_answers_for_is_taken() {
    let (scene, issuer) = scene();
    let good = "ca_live_dG9rXzAxMjM0NTY3ODlhYmNkZWY";
    let until = (now() + 600) * 1000;
    {
        let mut says = issuer.says.lock().expect("no panic");
        let one = json!({"valid": true, "tokenId": "tok_1", "chittyId": "03-1-USA-0001-P-251-3-82", "scope": ["chittysync:write"], "expiresAt": until});
        says.known.push((good.into(), one));
        says.known.push((
            "ca_live_of_another_service".into(),
            json!({"valid": true, "chittyId": "x", "scope": ["mail:read"]}),
        ));
        says.known.push((
            "ca_live_that_has_expired".into(),
            json!({"valid": true, "chittyId": "x", "scope": ["chittysync:write"], "expiresAt": 1}),
        ));
    }
    for _ in 0..5 {
        assert_eq!(scene.get("/api/status", good).status, 200);
    }
    assert_eq!(scene.post("/api/todo", good, r#"{"content":"x"}"#).status, 201);
    assert_eq!(issuer.asked(), 1, "an answer is kept");
    assert_eq!(scene.get("/api/status", "ca_live_of_another_service").status, 403);
    assert_eq!(scene.get("/api/status", "ca_live_that_has_expired").status, 401);
    assert_eq!(scene.get("/api/status", "ca_live_nobody_knows_this").status, 401);
    let asked = issuer.asked();
    for never_one in ["", "short", &"x".repeat(600), "with spaces in it and more", "with/slashes/and/more/of/it"] {
        assert_eq!(scene.get("/api/status", never_one).status, 401);
    }
    assert_eq!(issuer.asked(), asked, "nobody is asked about what cannot be one");
    // Who cannot be asked answers for nobody.
    issuer.says.lock().expect("no panic").thinks = Duration::from_secs(30);
    let started = Instant::now();
    assert_eq!(scene.get("/api/status", "ca_live_while_it_is_away").status, 503);
    assert!(started.elapsed() < Duration::from_secs(29), "{:?}", started.elapsed());
    assert_eq!(scene.get("/api/status", good).status, 200, "what is known is known");
}

/// While it is asked whether a listener's token still is good, the listener says that it is there, and is asked.
#[test]
fn what_came_while_an_issuer_was_asked_is_told() {
    let (scene, issuer) = scene_with("recheck_ms=0 beat_ms=800");
    let (token, writer) = ("ca_live_of_somebody_who_listens", scene.token("one", "write"));
    let good = |seconds: u64| {
        let until = (now() + seconds) * 1000;
        let said = json!({"valid": true, "chittyId": "x", "scope": ["chittysync:read"], "expiresAt": until});
        issuer.says.lock().expect("no panic").known = vec![(token.to_owned(), said)];
        until
    };
    add(&scene, &writer, "Begin");
    let until = good(6);
    let mut socket = listen(&scene, token, "");
    assert_eq!(told(&mut socket).0, "here");
    let asked = std::thread::scope(|scope| {
        let adding = scope.spawn(|| {
            // Until the answer is no more believed.
            while now() * 1000 <= until {
                std::thread::sleep(Duration::from_millis(20));
            }
            good(600);
            // Longer than two beats, and shorter than it is waited for.
            issuer.says.lock().expect("no panic").thinks = Duration::from_millis(2_000);
            (issuer.asked(), add(&scene, &writer, "Ship"))
        });
        let heard = told(&mut socket);
        let (asked, commit) = adding.join().expect("no panic");
        assert_eq!(heard, ("consolidated".to_owned(), commit));
        asked
    });
    assert_eq!(issuer.asked(), asked + 1, "it was asked again, once");
}

/// Keys are asked for again once they are not fresh, while those that are there are good; and too old ones are none.
#[test]
fn keys_are_asked_for_again() {
    let status = |limits: &str| {
        let (scene, issuer) = scene_with(limits);
        let token = issuer.sign("curve", &issuer.claims()).expect("signed");
        let first = scene.get("/api/status", &token).status;
        let again = move || scene.get("/api/status", &token).status;
        (first, again, issuer)
    };
    let (first, again, issuer) = status("keys_fresh_ms=0 keys_again_ms=0");
    assert_eq!((first, again(), again()), (200, 200, 200));
    crate::scene::until("they are asked for again", || issuer.asked() >= 2);
    issuer.says.lock().expect("no panic").thinks = Duration::from_secs(30);
    // Who waits does so for four seconds, each time.
    let is_quick = |_| {
        let started = Instant::now();
        assert_eq!(again(), 200);
        started.elapsed() < Duration::from_secs(3)
    };
    assert!((0..3).any(is_quick), "it was waited for");
    // One that was taken out is good no more, once that is known.
    let (first, again, issuer) = status("keys_fresh_ms=0 keys_again_ms=0");
    issuer.says.lock().expect("no panic").keys = json!({"keys": []});
    assert_eq!(first, 200);
    crate::scene::until("it is known", || again() == 401);
    // Nobody who cannot be asked is believed for ever.
    let (first, again, issuer) = status("keys_oldest_ms=2000 keys_again_ms=0");
    issuer.says.lock().expect("no panic").keys = json!("nothing");
    assert_eq!(first, 200);
    crate::scene::until("they are too old", || again() == 401);
    let asked = issuer.asked();
    assert_eq!((again(), issuer.asked()), (401, asked + 1), "each time, where that is allowed");
    let (_, again, issuer) = status("keys_oldest_ms=0");
    assert_eq!((again(), again(), issuer.asked()), (401, 401, 1), "and seldom otherwise");
}

#[test]
fn half_of_the_settings_are_none() {
    let world = World::new();
    let start = |settings: &str| {
        world.write("home/.gitconfig", format!("{HELPER}[chittysync]\n{settings}").as_bytes());
        let store = world.path("hub.git").display().to_string();
        world.run(&["--store", &store, "hub", "--listen", "127.0.0.1:0"])
    };
    for (settings, key) in [
        ("hubIssuer = https://auth.example\n", "chittysync.hubAudience"),
        ("hubKeys = https://auth.example/jwks\nhubAudience = x\n", "chittysync.hubIssuer"),
        ("hubIssuer = x\nhubAudience = x\nhubKeys = http://auth.example/jwks\n", "chittysync.hubKeys"),
        ("hubIntrospection = ftp://auth.example\n", "chittysync.hubIntrospection"),
    ] {
        let done = start(settings);
        assert_ne!(done.code, Some(0), "{settings}: {done:?}");
        assert!(done.stderr.contains(key), "{settings}: {done:?}");
    }
}
