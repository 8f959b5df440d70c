//! Mirrors at Cloudflare: tables of a D1 database, and documents of a KV namespace. Bundles go to R2 by rclone.

mod d1;
mod kv;

use super::failure::Failure;
use super::web::{Answer, Place, Web};
use crate::todo::plain;

pub use d1::D1;
pub use kv::Kv;

/// Returns what is asked at a URL of the API, which is to name this kind of thing.
fn web(url: &str, names: &str, example: &str) -> Result<Web, Failure> {
    let place = Place::parse(url, example)?;
    let is_it = place.path.rsplit_once('/').is_some_and(|(before, id)| before.ends_with(names) && !id.is_empty());
    if !is_it {
        return Err(Failure::refused(format!("'{url}' names none"), format!("write it as {example}")));
    }
    let base = format!("{}/{}", place.origin(), place.path);
    // One token is for all of an account, so git is asked for the host's.
    let place = Place { path: String::new(), ..place };
    Ok(Web::new(place.asked_at(base), &[]))
}

/// Returns what an answer says that says no.
fn said(answer: &Answer) -> String {
    let error = plain(answer.text("/errors/0/message"));
    let error = if error.is_empty() { plain(answer.text("/error/message")) } else { error };
    error.chars().take(200).collect()
}

fn no(answer: &Answer) -> Failure {
    let reason = format!("Cloudflare says: {}", said(answer));
    match answer.status {
        500.. => Failure::later(reason),
        403 => answer.refused(&reason, "the token has to be one that may read and edit it"),
        404 => answer.refused(&reason, "the account, or what the URL names there, is another one"),
        _ => answer.refused(&reason, "`git chittysync mirror sync` tries again"),
    }
}
