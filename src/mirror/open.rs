//! Which adapter a mirror has.

use std::path::Path;

use super::adapter::Adapter;
use super::bundles::Bundles;
use super::command::Program;
use super::failure::Failure;
use super::files::Files;
use crate::settings::{Mirror, MirrorKind};

/// Returns the adapter of a mirror. Nothing is asked of the place yet.
///
/// # Errors
/// When its URL is none that the adapter knows, or the program was built without it.
pub fn open(mirror: &Mirror) -> Result<Box<dyn Adapter>, Failure> {
    Ok(match mirror.kind {
        MirrorKind::Files => Box::new(Files::new(Path::new(&mirror.url))?),
        MirrorKind::Bundles => Box::new(Bundles::new(&mirror.url)?),
        MirrorKind::Command => Box::new(Program::new(&mirror.url)?),
        #[cfg(feature = "postgres")]
        MirrorKind::Postgres => Box::new(super::postgres::Postgres::new(&mirror.url, &mirror.name)?),
        #[cfg(not(feature = "postgres"))]
        MirrorKind::Postgres => return Err(without("PostgreSQL", "postgres")),
        #[cfg(feature = "web")]
        MirrorKind::Github => Box::new(super::github::GitHub::new(&mirror.url)?),
        #[cfg(feature = "web")]
        MirrorKind::Notion => Box::new(super::notion::Notion::new(&mirror.url)?),
        #[cfg(feature = "web")]
        MirrorKind::D1 => Box::new(super::cloudflare::D1::new(&mirror.url, &mirror.name)?),
        #[cfg(feature = "web")]
        MirrorKind::Kv => Box::new(super::cloudflare::Kv::new(&mirror.url, &mirror.name)?),
        #[cfg(not(feature = "web"))]
        MirrorKind::Github | MirrorKind::Notion | MirrorKind::D1 | MirrorKind::Kv => {
            return Err(without("GitHub, Notion and Cloudflare", "web"));
        }
    })
}

#[cfg(not(all(feature = "postgres", feature = "web")))]
fn without(what: &str, feature: &str) -> Failure {
    Failure::refused(
        format!("this git-chittysync-hub was built without {what}"),
        format!("`cargo install --locked --path . --features hub,{feature}` in the sources builds it in"),
    )
}
