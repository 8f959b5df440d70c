//! Tokens that a hub signs: what they allow there and at another hub, which knows its public keys only; other keys; and
//! what nobody signed.

use serde_json::{Value, json};

use crate::common::{Done, World};
use crate::issuer::part;
use crate::scene::{Answer, HELPER, Scene, until};

/// Where others are told that the hub is. Nobody asks there.
const NAME: &str = "https://todos.example";

fn hub(settings: &str, limits: &str) -> Scene {
    let world = World::new();
    world.write("home/.gitconfig", format!("{HELPER}[chittysync]\n{settings}").as_bytes());
    let mut scene = Scene { world, hub: None, port: 0 };
    scene.start(&[("CHITTYSYNC_HUB_LIMITS", limits)], &[]);
    scene
}

/// A hub that signs, and its token for the API.
fn issuer(limits: &str) -> (Scene, String) {
    let scene = hub(&format!("\thubAddress = {NAME}/\n"), limits);
    let admin = scene.token("one", "admin");
    (scene, admin)
}

/// Another hub that takes what the first one signs for it.
fn believer(issuer: &Scene, limits: &str) -> Scene {
    let keys = format!("http://127.0.0.1:{}/.well-known/jwks.json", issuer.port);
    hub(&format!("\thubIssuer = {NAME}\n\thubAudience = other\n\thubKeys = {keys}\n"), limits)
}

fn ask(scene: &Scene, by: &str, given: &Value) -> Answer {
    scene.post("/api/auth/token", by, &given.to_string())
}

/// Has a token signed that allows this, for these.
fn sign(scene: &Scene, by: &str, permission: &str, audience: Option<&str>) -> (String, String) {
    let given = json!({"chittyId": "01-P-EO-0001-T-25-C-X", "permissions": [permission], "device": "one", "audience": audience});
    let answer = ask(scene, by, &given);
    assert_eq!(answer.status, 201, "{answer:?}");
    let said = answer.json();
    assert_eq!((&said["token_type"], &said["expires_in"]), (&json!("Bearer"), &json!(3600)), "{said}");
    let text = |key: &str| said[key].as_str().expect("a text").to_owned();
    (text("access_token"), text("sessionId"))
}

fn status(scene: &Scene, token: &str) -> u16 {
    scene.get("/api/status", token).status
}

fn is_valid(scene: &Scene, by: &str, token: &str) -> bool {
    let answer = scene.post("/api/auth/verify", by, &json!({ "token": token }).to_string());
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["valid"].as_bool().expect("yes or no")
}

fn command(scene: &Scene, words: &[&str]) -> Done {
    let store = scene.store("hub");
    let all: Vec<&str> =
        ["--store", store.to_str().expect("UTF-8"), "hub", "token"].iter().chain(words).copied().collect();
    scene.world.run(&all)
}

#[test]
fn another_hub_believes_it_by_its_keys() {
    let (scene, admin) = issuer("");
    let other = believer(&scene, "");
    let (token, _) = sign(&scene, &admin, "write", Some("other"));
    assert_eq!(other.post("/api/todo", &token, r#"{"content":"Said there"}"#).status, 201);
    assert_eq!(status(&scene, &token), 401, "it is for somebody else");
    let (own, _) = sign(&scene, &admin, "write", None);
    assert_eq!((status(&scene, &own), status(&other, &own)), (200, 401));
    assert_eq!(scene.post("/api/todo", &own, r#"{"content":"Said here"}"#).status, 201);
    let (reader, _) = sign(&scene, &admin, "read", Some("other"));
    assert_eq!((status(&other, &reader), other.post("/api/todo", &reader, r#"{"content":"x"}"#).status), (200, 403));
    // What is told of the keys is what everybody may know.
    let keys = scene.get("/.well-known/jwks.json", "");
    assert_eq!((keys.status, keys.json()["keys"].as_array().map(Vec::len)), (200, Some(1)), "{keys:?}");
    let kept = std::fs::read_to_string(scene.store("hub").join("chittysync/keys")).expect("keys");
    let kept: Value = serde_json::from_str(&kept).expect("JSON");
    assert!(!keys.body.contains(kept["keys"][0]["private"].as_str().expect("a key")), "{keys:?}");
    // By git, whose sessions are those of the device that the token names.
    scene.device("one");
    scene.list("one", "session-of-one", &[("Work", "pending")]);
    assert_eq!(scene.sync("one", &own).code, Some(0));
    let log = scene.world.ok(&["--store", scene.store("hub").to_str().expect("UTF-8"), "daemon", "log"]);
    assert!(!log.contains(&own[..40]), "{log}");
}

#[test]
fn one_that_was_taken_back_is_good_no_more() {
    let (scene, admin) = issuer("");
    let other = believer(&scene, "");
    let ((one, id), (two, second), (there, gone)) = (
        sign(&scene, &admin, "read", None),
        sign(&scene, &admin, "read", None),
        sign(&scene, &admin, "read", Some("other")),
    );
    assert!(is_valid(&scene, &admin, &one) && is_valid(&scene, &admin, &there) && is_valid(&scene, &admin, &admin));
    let listed = command(&scene, &["list"]);
    assert!(listed.stdout.contains("signed for other") && listed.stdout.contains(&id), "{listed:?}");
    assert!(!listed.stdout.contains(&one[..40]), "{listed:?}");
    for (id, device) in [(&id, false), (&gone, false), (&"nobody".to_owned(), true)] {
        let ended = scene.ask("DELETE", &format!("/api/auth/session/{id}"), &admin, &[], b"");
        assert_eq!(ended.status, if device { 404 } else { 200 }, "{ended:?}");
    }
    assert_eq!((status(&scene, &one), status(&scene, &two)), (401, 200));
    assert!(scene.get("/api/status", &one).body.contains("revoked"));
    assert!(!is_valid(&scene, &admin, &one) && !is_valid(&scene, &admin, &there) && is_valid(&scene, &admin, &two));
    assert_eq!(status(&other, &there), 200, "nobody told the other hub: there it is over when its time is");
    // What a token had signed goes with it, and a token of a device is not ended by anybody outside.
    let own = admin.split('_').nth(1).expect("an id");
    assert_eq!(scene.ask("DELETE", &format!("/api/auth/session/{own}"), &admin, &[], b"").status, 404);
    assert_eq!(command(&scene, &["revoke", own]).code, Some(0));
    assert_eq!((status(&scene, &two), status(&scene, &admin)), (401, 401));
    assert!(command(&scene, &["revoke", &second]).stderr.contains("revoked before"));
}

#[test]
fn one_whose_time_is_over_is_good_no_more() {
    let (mut scene, admin) = issuer("signed=2");
    let day = json!({"sub": "somebody", "scope": "chittysync:read", "expiresIn": 86_400});
    let token = ask(&scene, &admin, &day).json()["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(ask(&scene, &admin, &day).status, 201);
    let many = ask(&scene, &admin, &day);
    assert!(many.status == 409 && many.body.contains("2 signed tokens"), "{many:?}");
    assert_eq!(status(&scene, &token), 200);
    scene.kill();
    scene.start(&[("CHITTYSYNC_HUB_LIMITS", "signed=2"), ("CHITTYSYNC_NOW", "2026-11-28T12:00:00Z")], &[]);
    let over = scene.get("/api/status", &token);
    assert!(over.status == 401 && over.body.contains("expired"), "{over:?}");
    assert_eq!(ask(&scene, &admin, &day).status, 201, "those that are over make room");
}

#[test]
fn keys_are_replaced() {
    // Each token has a key of its own, and the other hub asks as often as it has to.
    let (scene, admin) = issuer("key_age_ms=0");
    let other = believer(&scene, "keys_again_ms=0");
    let (first, _) = sign(&scene, &admin, "read", Some("other"));
    assert_eq!(status(&other, &first), 200);
    let (second, _) = sign(&scene, &admin, "read", Some("other"));
    assert_eq!((status(&other, &second), status(&other, &first)), (200, 200), "a key that is new is asked for");
    let known = || scene.get("/.well-known/jwks.json", "").json()["keys"].as_array().map_or(0, Vec::len);
    assert_eq!(known(), 2);
    let rotated = command(&scene, &["rotate"]);
    assert!(rotated.code == Some(0) && rotated.stderr.contains("signed with the key"), "{rotated:?}");
    assert!(known() == 3 && is_valid(&scene, &admin, &first), "what was signed is good");
    let rotated = command(&scene, &["rotate", "--at-once"]);
    assert_eq!((rotated.code, known()), (Some(0), 1), "{rotated:?}");
    assert!(!is_valid(&scene, &admin, &first) && !is_valid(&scene, &admin, &second));
    // The other hub hears of it when it asks again, which it does here at once.
    let third = believer(&scene, "keys_fresh_ms=0 keys_again_ms=0");
    let (token, _) = sign(&scene, &admin, "read", Some("other"));
    assert_eq!(status(&third, &token), 200);
    assert_eq!(command(&scene, &["rotate", "--at-once"]).code, Some(0));
    until("it is believed no more", || status(&third, &token) == 401);
}

#[test]
fn what_it_did_not_sign_is_refused() {
    let (scene, admin) = issuer("");
    let other = believer(&scene, "keys_again_ms=0");
    let ((own, _), (there, _)) = (sign(&scene, &admin, "read", None), sign(&scene, &admin, "read", Some("other")));
    let public = scene.get("/.well-known/jwks.json", "").json()["keys"][0].clone();
    for (hub, good) in [(&scene, &own), (&other, &there)] {
        assert_eq!(status(hub, good), 200);
        let parts: Vec<&str> = good.split('.').collect();
        let kid = &public["kid"];
        let with =
            |header: Value, claims: &str, signature: &str| format!("{}.{claims}.{signature}", part(header.to_string()));
        let admin = part(
            json!({"iss": NAME, "aud": "other", "sub": "x", "scope": "chittysync:admin", "exp": 4_000_000_000_u64})
                .to_string(),
        );
        let shared = {
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, public["x"].as_str().expect("a key").as_bytes());
            let message = format!("{}.{}", part(json!({"alg": "HS256", "kid": kid}).to_string()), parts[1]);
            format!("{message}.{}", part(ring::hmac::sign(&key, message.as_bytes())))
        };
        for (what, token) in [
            ("alg none", with(json!({"alg": "none", "kid": kid}), parts[1], "")),
            ("no signature", with(json!({"alg": "EdDSA", "kid": kid}), parts[1], "")),
            ("other claims", format!("{}.{admin}.{}", parts[0], parts[2])),
            ("an unknown key", with(json!({"alg": "EdDSA", "kid": "another"}), parts[1], parts[2])),
            ("no key", with(json!({"alg": "EdDSA"}), parts[1], parts[2])),
            ("the public key as a secret", shared),
            ("another header", with(json!({"alg": "EdDSA", "kid": kid, "typ": "other"}), parts[1], parts[2])),
        ] {
            assert_eq!(status(hub, &token), 401, "{what}: {token}");
        }
    }
}

#[test]
fn who_may_have_one_signed() {
    let (scene, admin) = issuer("");
    let good = json!({"sub": "x", "scope": "chittysync:admin"});
    assert_eq!(ask(&scene, "", &good).status, 401);
    assert_eq!(ask(&scene, &scene.token("one", "write"), &good).status, 403);
    let signed = ask(&scene, &admin, &good).json()["access_token"].as_str().expect("a token").to_owned();
    let child = ask(&scene, &signed, &good);
    assert!(child.status == 403 && child.body.contains("signs no others"), "{child:?}");
    for bad in [
        json!({}),
        json!({"sub": "x"}),
        json!({"sub": "x", "permissions": ["all"]}),
        json!({"sub": "x", "permissions": ["read"], "expiresIn": 86_401}),
    ] {
        assert_eq!(ask(&scene, &admin, &bad).status, 422, "{bad}");
    }
    assert_eq!(scene.post("/api/auth/verify", "", "{\"token\":\"x\"}").status, 401, "it tells nobody who is not known");
    // Without a name it signs nothing.
    let scene = Scene::new();
    let admin = scene.token("one", "admin");
    let none = ask(&scene, &admin, &good);
    assert!(none.status == 404 && none.body.contains("chittysync.hubAddress"), "{none:?}");
    assert_eq!(scene.get("/.well-known/jwks.json", "").json(), json!({"keys": []}));
}

#[test]
fn a_registry_finds_it() {
    let (scene, _) = issuer("");
    let found = scene.get("/api/v1/services/sync", "").json();
    assert_eq!(found["endpoints"]["git"], format!("{NAME}/git/todos.git"), "{found}");
    assert_eq!(scene.get("/api/services", "").json()["services"][0], found["service"]);
    assert_eq!(scene.get("/api/services/auth", "").status, 404);
    // One that has no name is called as it was asked.
    let scene = Scene::new();
    let found = scene.get("/api/services/chittysync", "").json();
    assert_eq!(found["baseUrl"], format!("http://127.0.0.1:{}", scene.port), "{found}");
}
