//! An issuer of tokens on loopback: it has keys, signs what it is told to, and answers for tokens that it knows.
//! `tests/hub/issuer.mjs` plays the same with one of somebody else.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Value, json};

use crate::common::{World, done};

/// What it answers, and what it was asked for.
#[derive(Default)]
pub struct Says {
    pub keys: Value,
    pub known: Vec<(String, Value)>,
    pub asked: Vec<String>,
    /// How long it thinks before it answers.
    pub thinks: Duration,
}

pub struct Issuer {
    pub port: u16,
    pub says: Arc<Mutex<Says>>,
    curve: EcdsaKeyPair,
    edwards: Ed25519KeyPair,
    rsa: Option<RsaKeyPair>,
}

pub fn part(value: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(value)
}

impl Issuer {
    /// Starts one. Without openssl it has no key for RSA.
    pub fn new(world: &World) -> Self {
        let chance = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &chance).expect("a key");
        let curve = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &chance).expect("a key");
        let edwards = Ed25519KeyPair::generate_pkcs8(&chance).expect("a key");
        let edwards = Ed25519KeyPair::from_pkcs8(edwards.as_ref()).expect("a key");
        let script = "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 | openssl pkcs8 -topk8 -nocrypt -outform DER -out rsa.der";
        let made = done(world.command("sh").args(["-c", script]).output());
        let rsa = std::fs::read(world.path("rsa.der")).ok().filter(|_| made.code == Some(0));
        let rsa = rsa.map(|bytes| RsaKeyPair::from_pkcs8(&bytes).expect("a key"));
        let point = &curve.public_key().as_ref()[1..];
        let mut keys = vec![
            json!({"kty": "EC", "crv": "P-256", "kid": "curve", "alg": "ES256", "use": "sig", "x": part(&point[..32]), "y": part(&point[32..])}),
            json!({"kty": "OKP", "crv": "Ed25519", "kid": "edwards", "alg": "EdDSA", "x": part(edwards.public_key())}),
            json!({"kty": "EC", "crv": "P-256", "kid": "sealing", "use": "enc", "x": part(&point[..32]), "y": part(&point[32..])}),
            json!({"kty": "EC", "crv": "P-999", "kid": "strange", "x": "x"}),
            json!({"kty": "some new kind", "kid": "stranger"}),
            json!("no key at all"),
            // As whoever does not know better publishes one; what is signed with it, anybody signed.
            json!({"kty": "oct", "kid": "shared", "alg": "HS256", "k": part("shared")}),
        ];
        if let Some(rsa) = &rsa {
            let parts: PublicKeyComponents<Vec<u8>> = rsa.public().into();
            keys.push(json!({"kty": "RSA", "kid": "rsa", "n": part(parts.n), "e": part(parts.e)}));
        }
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let says = Arc::new(Mutex::new(Says { keys: json!({"keys": keys}), ..Says::default() }));
        let shared = Arc::clone(&says);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || answer(stream, &shared));
            }
        });
        Issuer { port, says, curve, edwards, rsa }
    }

    pub fn name(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Returns the claims of a good token.
    pub fn claims(&self) -> Value {
        let now = now();
        json!({"iss": self.name(), "aud": "todos", "sub": "somebody", "device": "one", "scope": "chittysync:write", "iat": now, "exp": now + 600})
    }

    /// Signs claims with the key of this name.
    pub fn sign(&self, key: &str, claims: &Value) -> Option<String> {
        let alg = match key {
            "curve" | "sealing" => "ES256",
            "edwards" => "EdDSA",
            _ => "RS256",
        };
        self.sign_as(&json!({"typ": "JWT", "alg": alg, "kid": key}), key, claims)
    }

    /// Signs claims under this header.
    pub fn sign_as(&self, header: &Value, key: &str, claims: &Value) -> Option<String> {
        let message = format!("{}.{}", part(header.to_string()), part(claims.to_string()));
        let chance = SystemRandom::new();
        let signature = match key {
            "curve" | "sealing" => self.curve.sign(&chance, message.as_bytes()).expect("signed").as_ref().to_vec(),
            "edwards" => self.edwards.sign(message.as_bytes()).as_ref().to_vec(),
            _ => {
                let rsa = self.rsa.as_ref()?;
                let mut bytes = vec![0; rsa.public().modulus_len()];
                rsa.sign(&RSA_PKCS1_SHA256, &chance, message.as_bytes(), &mut bytes).expect("signed");
                bytes
            }
        };
        Some(format!("{message}.{}", part(signature)))
    }

    pub fn asked(&self) -> usize {
        self.says.lock().expect("no panic").asked.len()
    }
}

pub fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs()
}

fn answer(stream: TcpStream, says: &Mutex<Says>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    let (mut first, mut length) = (String::new(), 0);
    let _ = reader.read_line(&mut first);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        if let Some((_, value)) = line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    let (thinks, document) = {
        let mut says = says.lock().expect("no panic");
        says.asked.push(first.clone());
        let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
        let known = says.known.iter().find(|(token, _)| asked["token"] == json!(token)).map(|(_, said)| said.clone());
        let document = match first.starts_with("POST /validate ") {
            true => known.unwrap_or_else(|| json!({"valid": false})),
            false => says.keys.clone(),
        };
        (says.thinks, document.to_string())
    };
    std::thread::sleep(thinks);
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        document.len()
    );
    let mut stream = stream;
    let _ = stream.write_all(format!("{head}{document}").as_bytes());
}
