//! What bytes can do to whatever reads bytes: nothing but an error.
//!
//! As tests these replay the inputs below `__fuzz__` and try some at random. `docs/CONTRIBUTING.md` says how to
//! let a fuzzer search for more.

mod files;
mod merges;
mod sources;
