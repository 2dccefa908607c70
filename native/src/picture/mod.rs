//! Pictures: numbers to pixels, pixels to files, and what can be learned from the files of others.
//!
//! Pixels are 8-bit sRGB, three bytes each, rows from the top, without padding.

mod encode;
mod exif;
mod format;
mod pixels;
mod png_text;
mod text;
mod thumbnail;

pub use encode::encode;
pub use format::Format;
pub use pixels::{LatentFactors, rgb_from_latents, rgb_from_planes};
pub use text::{TextLimits, read_text};
pub use thumbnail::{size, thumbnail};

/// Most pixels that are decoded (64 MP); a small file can claim far more.
pub const PIXEL_LIMIT: u64 = 64 << 20;
/// Longest side that is written; WebP ends there.
pub const SIDE_LIMIT: u32 = 16_383;
/// Longest side of a thumbnail.
pub const EDGE_LIMIT: u32 = 4_096;
/// Most bytes of text in one picture, written or read.
pub const TEXT_LIMIT: usize = 16 << 20;
/// Most texts in one picture, written or read.
pub const TEXT_COUNT_LIMIT: usize = 1_000;
