//! A mirror in a KV namespace of Cloudflare: the documents that a Worker answers with, each written when it changed.
//!
//! A document at whose key the commit stands is written last. KV is read as it was up to a minute ago, so that document
//! can be old: what is then written again is the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{no, web};
use crate::mirror::adapter::{Adapter, Batch, Capabilities, Stored};
use crate::mirror::failure::Failure;
use crate::mirror::files::documents;
use crate::mirror::items::Held;
use crate::mirror::part::Part;
use crate::mirror::record::digest;
use crate::mirror::web::Web;

/// The key of the document that says what there is.
const MANIFEST: &str = "manifest";

/// The documents of one store in a namespace.
pub struct Kv {
    web: Web,
    store: String,
}

/// What there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Manifest {
    commit: String,
    projects: Vec<String>,
    /// The digest of each document, by its key.
    documents: BTreeMap<String, String>,
}

impl Kv {
    /// Returns the adapter of a namespace, by its URL in Cloudflare's API. Keys of this mirror begin with `store`.
    ///
    /// # Errors
    /// When the URL is none.
    pub fn new(url: &str, store: &str) -> Result<Self, Failure> {
        let example = "https://api.cloudflare.com/client/v4/accounts/<account>/storage/kv/namespaces/<namespace>";
        Ok(Kv { web: web(url, "kv/namespaces", example)?, store: store.to_owned() })
    }

    /// Has it asked with this token, instead of git's.
    pub fn with_token(mut self, token: &str) -> Self {
        self.web = self.web.with_token(token);
        self
    }

    /// A slash in a key is no part of the path.
    fn path(&self, key: &str) -> String {
        let key = format!("{}/{key}", self.store);
        format!("/values/{}", percent_encoding::utf8_percent_encode(&key, percent_encoding::NON_ALPHANUMERIC))
    }

    fn read(&mut self, key: &str) -> Result<Option<Value>, Failure> {
        let answer = self.web.ask("GET", &self.path(key), None)?;
        match answer.status {
            200 => Ok(Some(answer.body)),
            404 if answer.body.is_null() || answer.text("/errors/0/message").contains("key not found") => Ok(None),
            404 if answer.body.pointer("/errors/0/code") == Some(&json!(10009)) => Ok(None),
            _ => Err(no(&answer)),
        }
    }

    fn write(&mut self, key: &str, document: &Value) -> Result<(), Failure> {
        let bytes = document.to_string().into_bytes();
        let answer = self.web.send("PUT", &self.path(key), Some(("application/octet-stream", bytes)))?;
        match answer.status {
            200 => Ok(()),
            413 => Err(Failure::refused(format!("the document {key} is longer than KV takes"), "--project holds less")),
            _ => Err(no(&answer)),
        }
    }

    fn remove(&mut self, key: &str) -> Result<(), Failure> {
        let answer = self.web.send("DELETE", &self.path(key), None)?;
        if matches!(answer.status, 200 | 404) { Ok(()) } else { Err(no(&answer)) }
    }

    fn manifest(&mut self) -> Result<Manifest, Failure> {
        let read = self.read(MANIFEST)?;
        Ok(read.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default())
    }
}

impl Adapter for Kv {
    fn capabilities(&self) -> Capabilities {
        Capabilities { pulls: false, keeps_checkpoint: true, history: false, whole: true, batch: 1 }
    }

    fn checkpoint(&mut self) -> Result<Option<Held>, Failure> {
        let Manifest { commit, projects, .. } = self.manifest()?;
        Ok(Some(Held { commit, projects }).filter(|held| !held.commit.is_empty()))
    }

    fn push(&mut self, batch: &Batch<'_>, _stored: &mut dyn FnMut(Stored)) -> Result<(), Failure> {
        let mut manifest = self.manifest()?;
        if manifest.commit != batch.from.unwrap_or_default() {
            return Err(Failure::Overtaken);
        }
        let documents = documents(batch.whole)?;
        let digests: BTreeMap<String, String> =
            documents.iter().map(|(key, value)| (key.clone(), digest(value.to_string().as_bytes()))).collect();
        let old: Vec<String> = manifest.documents.keys().filter(|key| !documents.contains_key(*key)).cloned().collect();
        if documents.keys().any(|key| !manifest.documents.contains_key(key)) {
            // What is written is known before it is there, so that it can be removed.
            let mut begun = manifest.clone();
            for key in documents.keys() {
                begun.documents.entry(key.clone()).or_default();
            }
            self.write(MANIFEST, &json!(begun))?;
        }
        for (key, document) in &documents {
            if !batch.is_continued || manifest.documents.get(key) != digests.get(key) {
                self.write(key, document)?;
            }
        }
        for key in old {
            self.remove(&key)?;
        }
        manifest.commit = batch.to.commit.clone();
        manifest.projects = batch.to.projects.clone();
        manifest.documents = digests;
        self.write(MANIFEST, &json!(manifest))
    }

    fn verify(&mut self, whole: &Part<'_>) -> Result<Vec<String>, Failure> {
        let manifest = self.manifest()?;
        if manifest.commit.is_empty() {
            return Ok(vec!["it holds nothing yet".to_owned()]);
        }
        let documents = documents(whole)?;
        let mut found = Vec::new();
        for (key, document) in &documents {
            match self.read(key)? {
                None => found.push(format!("{key} is missing")),
                Some(there) if there != *document => found.push(format!("{key} differs")),
                Some(_) => {}
            }
        }
        let left = manifest.documents.keys().filter(|key| !documents.contains_key(*key));
        found.extend(left.map(|key| format!("{key} is left over")));
        Ok(found)
    }
}
