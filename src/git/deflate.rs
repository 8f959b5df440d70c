//! Compression of objects, one compressor a thread: making one costs more than using it.

use std::cell::RefCell;

use gix::objs::Kind;
use gix::zlib::stream::deflate::{Compress, FlushCompress};
use gix::zlib::{Compression, Status};

use super::GitError;

thread_local! {
    static COMPRESSOR: RefCell<(Compression, Compress)> =
        RefCell::new((Compression::BEST_SPEED, Compress::new(Compression::BEST_SPEED)));
}

/// What fits into one block of the disk when it is wrapped.
const BLOCK: usize = 4096 - 11;

/// Returns an object as a zlib stream, behind the header of its file if it has one. Trees are mostly hashes,
/// which do not shrink, and a file takes a whole block of the disk anyway: these are only wrapped, which saves
/// the time of compressing most of all objects.
pub(super) fn pack_up(
    kind: Kind,
    header: &[u8],
    content: &[u8],
    compression: Compression,
) -> Result<Vec<u8>, GitError> {
    let length = header.len() + content.len();
    match u16::try_from(length) {
        Ok(wrapped) if kind == Kind::Tree || (!header.is_empty() && length <= BLOCK) => {
            Ok(wrap(wrapped, header, content))
        }
        _ => deflate(&[header, content], compression),
    }
}

/// Returns bytes as small as they get, as a zlib stream.
///
/// # Errors
/// When the compressor says that it cannot go on.
#[cfg(feature = "hub")]
pub fn zlib(bytes: &[u8]) -> Result<Vec<u8>, GitError> {
    deflate(&[bytes], Compression::BEST)
}

/// Returns what [`pack_up`] made a stream of, without a header.
pub(super) fn unpack(stream: &[u8], length: usize) -> Vec<u8> {
    let mut content = vec![0; length];
    let unpacked = gix::zlib::Inflate::default().once(stream, &mut content);
    let (_, _, written) = unpacked.expect("a stream that was made here");
    content.truncate(written);
    content
}

/// Returns a zlib stream of one stored block (RFC 1950 and 1951).
fn wrap(length: u16, header: &[u8], content: &[u8]) -> Vec<u8> {
    let mut sum = adler2::Adler32::new();
    sum.write_slice(header);
    sum.write_slice(content);
    let [low, high] = length.to_le_bytes();
    [&[0x78, 0x01, 0x01, low, high, !low, !high], header, content, &sum.checksum().to_be_bytes()].concat()
}

/// Returns the parts, one behind the other, as one zlib stream.
fn deflate(parts: &[&[u8]], compression: Compression) -> Result<Vec<u8>, GitError> {
    COMPRESSOR.with_borrow_mut(|(level, compressor)| {
        if *level == compression {
            compressor.reset();
        } else {
            (*level, *compressor) = (compression, Compress::new(compression));
        }
        let length: usize = parts.iter().map(|part| part.len()).sum();
        // Room for text that does not shrink at all, so that one call is enough.
        let mut out = vec![0; length + length / 1000 + 128];
        let failed = |err: &dyn std::fmt::Display| GitError::object("a new object", err);
        for (at, part) in parts.iter().enumerate() {
            let last = at + 1 == parts.len();
            let mut rest = *part;
            loop {
                let (read, written) = (compressor.total_in(), usize::try_from(compressor.total_out()).unwrap_or(0));
                if written == out.len() {
                    out.resize(out.len() * 2, 0);
                }
                let flush = if last { FlushCompress::Finish } else { FlushCompress::None };
                let status = compressor.compress(rest, &mut out[written..], flush).map_err(|err| failed(&err))?;
                rest = &rest[usize::try_from(compressor.total_in() - read).unwrap_or(0)..];
                match status {
                    Status::StreamEnd => break,
                    _ if rest.is_empty() && !last => break,
                    _ => {}
                }
            }
        }
        out.truncate(usize::try_from(compressor.total_out()).unwrap_or(0));
        Ok(out)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stream_stands_alone() {
        let texts = [&b""[..], b"short", &[7; 100_000]];
        for (kind, text) in [Kind::Blob, Kind::Tree].into_iter().flat_map(|kind| texts.map(|text| (kind, text))) {
            let stream = pack_up(kind, b"head", text, Compression::BEST_SPEED).expect("compressed");
            let mut out = vec![0; text.len() + 10];
            let mut inflate = gix::zlib::Inflate::default();
            let (status, _, written) = inflate.once(&stream, &mut out).expect("a zlib stream");
            assert_eq!((status, &out[..written]), (Status::StreamEnd, [b"head", text].concat().as_slice()));
            let packed = pack_up(kind, &[], text, Compression::BEST_SPEED).expect("compressed");
            assert_eq!(unpack(&packed, text.len()), text);
        }
    }
}
