//! The pure core, without a process around it.

use std::hint::black_box;

use chittysync::codec::{decode_todos, encode_todos};
use chittysync::merge::three_way;
use chittysync::redact::{Found, Redactor};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};

use crate::data::list;

pub fn merge(c: &mut Criterion) {
    let mut group = c.benchmark_group("three_way");
    for length in [100, 1_000, 10_000] {
        group.throughput(Throughput::Elements(length as u64));
        let (base, ours, theirs) = (list(length, 10), list(length, 20), list(length, 30));
        group.bench_function(BenchmarkId::from_parameter(length), |b| {
            b.iter_batched(|| ours.clone(), |ours| three_way(&base, ours, black_box(&theirs)), BatchSize::LargeInput);
        });
    }
    group.finish();
}

pub fn codec(c: &mut Criterion) {
    let mut group = c.benchmark_group("codec");
    let todos = list(1_000, 20);
    let bytes = encode_todos(&todos);
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("encode", |b| b.iter(|| encode_todos(black_box(&todos))));
    group.bench_function("decode", |b| b.iter(|| decode_todos(black_box(&bytes)).expect("decodes")));
    group.finish();
}

/// What it costs to look for credentials where there are none, which is nearly always.
pub fn redact(c: &mut Criterion) {
    let mut group = c.benchmark_group("redact");
    let redactor = Redactor::default();
    let texts: Vec<String> = list(1_000, 20).into_values().map(|todo| todo.content).collect();
    let marked: Vec<String> =
        texts.iter().map(|text| format!("{text}: password reset at https://host/{text}")).collect();
    for (name, texts) in [("clean", texts), ("with marks", marked)] {
        group.throughput(Throughput::Elements(texts.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| texts.iter().filter(|text| redactor.text(black_box(text), &mut Found::new()) != **text).count());
        });
    }
    group.finish();
}
