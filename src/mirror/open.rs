//! Which adapter a mirror has.

use std::path::Path;

use super::adapter::Adapter;
use super::bundles::Bundles;
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
        #[cfg(feature = "postgres")]
        MirrorKind::Postgres => Box::new(super::postgres::Postgres::new(&mirror.url, &mirror.name)?),
        #[cfg(not(feature = "postgres"))]
        MirrorKind::Postgres => {
            return Err(Failure::refused(
                "this git-chittysync-hub was built without PostgreSQL",
                "`cargo install --locked --path . --features hub,postgres` in the sources builds it in",
            ));
        }
    })
}
