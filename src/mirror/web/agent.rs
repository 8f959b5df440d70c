//! The client, with the system's authorities.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

/// Returns a client that follows no redirect. A place on this machine is asked without TLS and without a proxy.
pub(crate) fn agent(is_here: bool) -> Agent {
    let seconds = Duration::from_secs;
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(seconds(20)))
        .timeout_global(Some(seconds(120)))
        .user_agent(concat!("git-chittysync/", env!("CARGO_PKG_VERSION")));
    config = match is_here {
        true => config.proxy(None),
        false => config.https_only(true).tls_config(tls()),
    };
    config.build().into()
}

/// The system's authorities are read once.
fn tls() -> TlsConfig {
    static TLS: OnceLock<TlsConfig> = OnceLock::new();
    let made = TLS.get_or_init(|| {
        let found = rustls_native_certs::load_native_certs().certs;
        let roots = found.iter().map(|certificate| Certificate::from_der(certificate).to_owned());
        TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::from(roots))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build()
    });
    made.clone()
}
