//! The way to a database: where it is, how it is known to be the right one, and what its failures mean.

use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use postgres::config::{Host, SslMode};
use postgres::error::SqlState;
use postgres::{Client, Config, NoTls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::git::password;
use crate::mirror::failure::Failure;

/// A database.
pub(super) struct Target {
    config: Config,
    /// What git calls the place.
    host: String,
    /// The authorities that are believed; those of the system, without one.
    authorities: Option<String>,
    is_plain: bool,
}

fn bad_url(reason: impl std::fmt::Display) -> Failure {
    Failure::refused(
        format!("this is no URL of a database: {reason}"),
        "write it as postgres://<user>@<host>/<database>, as your host shows it, without the password",
    )
}

impl Target {
    /// Reads a URL as libpq takes it. `sslmode` is `verify-full` whatever it says, but `disable` on this machine.
    pub(super) fn parse(url: &str) -> Result<Self, Failure> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(bad_url("it does not begin with postgres://"));
        }
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut authorities, mut rest) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_decode_str(value).decode_utf8().map_err(bad_url)?.into_owned();
            match name {
                "sslmode" => mode = Some(value),
                "sslrootcert" if value != "system" => authorities = Some(value),
                "sslrootcert" => {}
                _ => rest.push(pair),
            }
        }
        let plain = if rest.is_empty() { place.to_owned() } else { format!("{place}?{}", rest.join("&")) };
        let mut config: Config = plain.parse().map_err(bad_url)?;
        if config.get_password().is_some() {
            return Err(Failure::refused(
                "the URL holds a password",
                "take it out of the URL, and give it to git: `git credential approve` (docs/mirrors.md shows how)",
            ));
        }
        let user = config.get_user().ok_or_else(|| bad_url("no user stands in it"))?;
        if user.is_empty() || config.get_hosts().len() != 1 {
            return Err(bad_url("it names one user and one host"));
        }
        let port = config.get_ports().first().copied().unwrap_or(5432);
        let (host, is_here) = match &config.get_hosts()[0] {
            Host::Tcp(name) => {
                let address = name.parse::<std::net::IpAddr>();
                let is_here = name == "localhost" || address.is_ok_and(|address| address.is_loopback());
                (format!("{name}:{port}"), is_here)
            }
            #[cfg(unix)]
            Host::Unix(_) => (format!("localhost:{port}"), true),
        };
        let is_plain = match mode.as_deref() {
            Some("disable") if !is_here => {
                return Err(Failure::refused(
                    "sslmode=disable would send todos and password over the network for everybody to read",
                    "leave it out: the server's certificate is then looked at as verify-full does",
                ));
            }
            Some("disable") => true,
            None => is_here,
            Some("require" | "prefer" | "verify-ca" | "verify-full") => false,
            Some(other) => return Err(bad_url(format!("sslmode={other} is none"))),
        };
        config.ssl_mode(if is_plain { SslMode::Disable } else { SslMode::Require });
        config.application_name("git-chittysync").connect_timeout(Duration::from_secs(20));
        config.tcp_user_timeout(Duration::from_secs(60)).keepalives_idle(Duration::from_secs(30));
        Ok(Target { config, host, authorities, is_plain })
    }

    /// Connects. A database that sleeps wakes up for it.
    pub(super) fn connect(&self) -> Result<Client, Failure> {
        let mut config = self.config.clone();
        let user = config.get_user().unwrap_or_default().to_owned();
        let database = config.get_dbname().unwrap_or(&user).to_owned();
        if let Some(password) = password("postgres", &self.host, &database, &user)? {
            config.password(password);
        }
        let connected = match self.is_plain {
            true => config.connect(NoTls),
            false => config.connect(self.tls()?),
        };
        connected.map_err(|err| match is_password(&err) {
            true => Failure::refused(
                format!("{} does not let {user} in: {}", self.host, words(&err)),
                format!("`git credential approve` gives git the password: protocol=postgres, host={}, username={user} (docs/mirrors.md)", self.host),
            ),
            false => failure(&err),
        })
    }

    fn tls(&self) -> Result<MakeRustlsConnect, Failure> {
        let mut roots = rustls::RootCertStore::empty();
        match &self.authorities {
            Some(path) => {
                let refused = |reason: String| {
                    Failure::refused(format!("sslrootcert {path}: {reason}"), "name a file of certificates (PEM)")
                };
                let found = CertificateDer::pem_file_iter(path).map_err(|err| refused(err.to_string()))?;
                for certificate in found {
                    let certificate = certificate.map_err(|err| refused(err.to_string()))?;
                    roots.add(certificate).map_err(|err| refused(err.to_string()))?;
                }
                if roots.is_empty() {
                    return Err(refused("no certificate is in it".to_owned()));
                }
            }
            None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|err| Failure::refused(err.to_string(), "this is a bug"))?;
        Ok(MakeRustlsConnect::new(config.with_root_certificates(roots).with_no_client_auth()))
    }
}

fn is_password(err: &postgres::Error) -> bool {
    let code = err.code();
    code.is_some_and(|code| code.code().starts_with("28")) || (code.is_none() && words(err).contains("password"))
}

/// Returns what an error says, with its causes.
fn words(err: &postgres::Error) -> String {
    match err.as_db_error() {
        Some(said) => said.message().to_owned(),
        None => crate::ops::chain(err),
    }
}

/// Returns what an error means.
pub(super) fn failure(err: &postgres::Error) -> Failure {
    let said = words(err);
    let Some(code) = err.code() else {
        let tls = ["certificate", "UnknownIssuer", "NotValidForName", "channel binding", "TLS"];
        return match tls.iter().any(|word| said.contains(word)) && !said.contains("reset") && !said.contains("eof") {
            true => Failure::refused(
                format!("the database is not known to be the right one: {said}"),
                "sslrootcert=<file> in the URL names the authority that vouches for it; connect by the name in its certificate",
            ),
            false => Failure::later(said),
        };
    };
    match code.code() {
        // What cannot be stored, or too much of it.
        class if class.starts_with("22") || class.starts_with("54") => Failure::Record { id: None, reason: said },
        class if class.starts_with("23") => Failure::Record { id: None, reason: said },
        _ if [SqlState::UNDEFINED_COLUMN, SqlState::WRONG_OBJECT_TYPE, SqlState::INVALID_COLUMN_REFERENCE]
            .contains(code) =>
        {
            Failure::refused(
                format!("a table of that name is there, and not ours: {said}"),
                "use a database, or a user with a schema of that user's name, where no todos, todo_history, sessions or conflicts are",
            )
        }
        class
            if class.starts_with("28")
                || class.starts_with("3D")
                || class.starts_with("42")
                || class.starts_with("25") =>
        {
            Failure::refused(said, "the user needs a database, and the right to create tables in it")
        }
        _ => Failure::later(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_over_a_network_for_everybody_to_read() {
        let plain = |url: &str| Target::parse(url).map(|target| target.is_plain);
        assert_eq!(plain("postgres://ana@db.example/x"), Ok(false));
        assert_eq!(plain("postgres://ana@db.example/x?sslmode=require&channel_binding=require"), Ok(false));
        assert_eq!(plain("postgres://ana@127.0.0.1:5433/x"), Ok(true));
        assert_eq!(plain("postgresql://ana@localhost/x?sslmode=verify-full&sslrootcert=%2Fca.pem"), Ok(false));
        for bad in [
            "postgres://ana@db.example/x?sslmode=disable",
            "postgres://ana:word@db.example/x",
            "postgres://db.example/x",
            "mysql://ana@x/y",
            "postgres://ana@x/y?sslmode=maybe",
        ] {
            assert!(matches!(plain(bad), Err(Failure::Refused { .. })), "{bad}");
        }
    }
}
