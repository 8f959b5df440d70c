//! Pages of made-up stores.
