//! Where a place is: the URL that people copy, and the address that is asked.

use crate::mirror::failure::Failure;

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `https`; `http` on this machine.
    pub protocol: &'static str,
    /// What git calls the place.
    pub host: String,
    /// What the URL names there, without a slash before it.
    pub path: String,
    /// What all questions begin with, without a slash behind it.
    pub base: String,
    /// Whether it is on this machine.
    pub is_here: bool,
}

impl Place {
    /// Reads a URL. Over a network only `https://` is taken, and no password stands in it. `base` stays empty.
    ///
    /// # Errors
    /// When it is none of that; `example` tells how to write it.
    pub fn parse(url: &str, example: &str) -> Result<Self, Failure> {
        let refused = |reason: &str| Failure::refused(format!("'{url}' {reason}"), format!("write it as {example}"));
        let (protocol, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => ("https", rest),
            (_, Some(rest)) => ("http", rest),
            _ => return Err(refused("is no URL that begins with https://")),
        };
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        if host.contains('@') {
            let remedy =
                "take it out of the URL, and give it to git: `git credential approve` (docs/mirrors.md shows how)";
            return Err(Failure::refused("the URL holds a password", remedy));
        }
        let fits = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | ':' | '[' | ']');
        if host.is_empty() || !host.chars().all(fits) {
            return Err(refused("names no host"));
        }
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
        let address = name.parse::<std::net::IpAddr>();
        let is_here = name == "localhost" || address.is_ok_and(|address| address.is_loopback());
        if protocol == "http" && !is_here {
            return Err(refused("would send todos and token over the network for everybody to read"));
        }
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/').to_owned();
        Ok(Place { protocol, host: host.to_owned(), path, base: String::new(), is_here: protocol == "http" })
    }

    /// Returns the place with what questions begin with.
    pub fn asked_at(self, base: String) -> Self {
        Place { base, ..self }
    }

    /// Returns protocol and host.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.protocol, self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_over_a_network_for_everybody_to_read() {
        let place = Place::parse("https://github.com/acme/todos/?x#y", "x").expect("a place");
        assert_eq!((place.host.as_str(), place.path.as_str(), place.is_here), ("github.com", "acme/todos", false));
        let here = Place::parse("http://127.0.0.1:8080/a", "x").expect("a place");
        assert_eq!((here.origin().as_str(), here.is_here), ("http://127.0.0.1:8080", true));
        assert!(Place::parse("http://[::1]:8080/a", "x").is_ok());
        for bad in [
            "http://github.com/acme/todos",
            "https://ana:word@github.com/acme/todos",
            "ssh://github.com/x",
            "https:///x",
            "https://a b/x",
            "http://localhost.example/x",
            "github.com/acme",
        ] {
            assert!(matches!(Place::parse(bad, "x"), Err(Failure::Refused { .. })), "{bad}");
        }
    }
}
