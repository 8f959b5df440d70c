//! What the pure core promises: the merge, the files, and how a list becomes statements.

mod cases;
mod formats;
mod given;
mod histories;
mod laws;
mod scale;
mod table;
