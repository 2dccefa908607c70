//! The check of a safetensors file before anything else reads it.
//!
//! Stricter than the format asks for: what no model needs and what costs a reader time or memory is refused too.
//! `json` reads text, `header` gives it meaning, `layout` holds the rules between tensors, `check` does it to a file.

mod check;
mod content;
mod dtype;
mod header;
mod json;
mod layout;

pub use check::{CheckedFile, check};
pub use dtype::Dtype;
pub use header::{Header, Tensor};

use crate::error::Result;

/// Largest header, in bytes. The largest seen in the field has 2,515 tensors in 0.3 MB.
pub const HEADER_LIMIT: u64 = 16 << 20;
/// Most tensors in one file.
pub const TENSOR_LIMIT: usize = 100_000;
/// Most free text entries.
pub const METADATA_LIMIT: usize = 10_000;
/// Most dimensions of one tensor.
pub const RANK_LIMIT: usize = 8;
/// Longest tensor name, in bytes of UTF-8.
pub const NAME_LIMIT: usize = 512;
/// Largest single dimension.
pub const DIMENSION_LIMIT: u64 = 1 << 31;
/// Most bytes of BOOL tensors, which are looked at one by one.
pub const BOOL_LIMIT: u64 = 64 << 20;

/// The bytes of the file before the header: its length, little-endian.
pub const PREFIX: u64 = 8;

/// Reads the header `bytes` of a file with `data` bytes behind them and applies every rule that needs no tensor bytes.
pub fn inspect(bytes: &[u8], data: u64) -> Result<Header> {
    let mut header = header::parse(bytes)?;
    layout::check(&mut header.tensors, PREFIX + bytes.len() as u64, data)?;
    Ok(header)
}
