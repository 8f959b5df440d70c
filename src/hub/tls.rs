//! The hub's certificate: read from two files, and read again when they change, as they do every few weeks.

use std::io::Result;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::log::{self, Level};

/// How a file looks from outside.
type Look = Option<(SystemTime, u64)>;

/// A certificate and its key, as they are in their files.
#[derive(Debug)]
pub(super) struct Certificate {
    files: [PathBuf; 2],
    provider: Arc<CryptoProvider>,
    common_dir: PathBuf,
    /// The files are looked at no more often.
    every: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    key: Arc<CertifiedKey>,
    looked: Instant,
    looks: [Look; 2],
}

impl Certificate {
    /// Reads the certificate (with those that lead to an authority, behind it) and the key, from these files; later no more
    /// often than this.
    ///
    /// # Errors
    /// When one of them cannot be read, or the key is that of another certificate.
    pub(super) fn read(files: [&Path; 2], common_dir: &Path, every: Duration) -> std::result::Result<Self, String> {
        let files = files.map(Path::to_owned);
        let (provider, looks) = (Arc::new(ring::default_provider()), looks(&files));
        let state = State { key: Arc::new(read(&files, &provider)?), looked: Instant::now(), looks };
        Ok(Certificate { files, provider, common_dir: common_dir.to_owned(), every, state: Mutex::new(state) })
    }

    /// Returns how TLS is spoken with it.
    ///
    /// # Errors
    /// When this library cannot.
    pub(super) fn config(self: Arc<Self>) -> std::result::Result<ServerConfig, String> {
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&self.provider)).with_safe_default_protocol_versions();
        let builder = builder.map_err(|err| err.to_string())?;
        let mut config = builder.with_no_client_auth().with_cert_resolver(self);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    /// Returns the certificate as it is now. One that cannot be read, as while it is being replaced, leaves that before.
    fn current(&self) -> Arc<CertifiedKey> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked.elapsed() >= self.every {
            state.looked = Instant::now();
            let now = looks(&self.files);
            if now != state.looks {
                state.looks = now;
                let (level, said) = match read(&self.files, &self.provider) {
                    Ok(key) => {
                        state.key = Arc::new(key);
                        (Level::Info, "has a new certificate".to_owned())
                    }
                    Err(reason) => (Level::Error, format!("goes on with the certificate before: {reason}")),
                };
                log::append(&self.common_dir, level, "hub", &said);
            }
        }
        Arc::clone(&state.key)
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

fn looks(files: &[PathBuf; 2]) -> [Look; 2] {
    let look = |path: &PathBuf| -> Result<(SystemTime, u64)> {
        let found = std::fs::metadata(path)?;
        Ok((found.modified()?, found.len()))
    };
    [look(&files[0]).ok(), look(&files[1]).ok()]
}

fn read(files: &[PathBuf; 2], provider: &CryptoProvider) -> std::result::Result<CertifiedKey, String> {
    let [certificate, key] = files;
    let failed = |path: &Path, reason: String| format!("{}: {reason}", path.display());
    let chain: std::result::Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
    let chain = chain.map_err(|err| failed(certificate, err.to_string()))?;
    if chain.is_empty() {
        return Err(failed(certificate, "there is no certificate in it".into()));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|err| failed(key, err.to_string()))?;
    CertifiedKey::from_der(chain, private, provider).map_err(|err| failed(key, err.to_string()))
}
