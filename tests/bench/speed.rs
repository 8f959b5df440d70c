//! Speed, as ratios: each group runs what is compared in turn, so that the machine is the same for all.
//!
//! `cargo bench` runs all of it, `cargo bench -- unchanged` a part. `docs/performance.md` has the figures.

#[path = "../common/mod.rs"]
mod common;
mod data;
mod plumbing;
mod pure;
mod whole;

use criterion::{criterion_group, criterion_main};

criterion_group! {
    name = speed;
    config = criterion::Criterion::default().sample_size(20);
    targets = whole::start, whole::unchanged, whole::one_changed, whole::first_import, whole::driver,
        pure::merge, pure::codec, pure::redact
}
criterion_main!(speed);
