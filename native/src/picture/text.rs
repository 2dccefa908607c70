//! The texts that a picture carries, whatever its format.

use super::{Format, TEXT_COUNT_LIMIT, TEXT_LIMIT, exif, png_text};
use crate::error::{Error, Result};

/// How much text is believed to a picture of unknown origin.
#[derive(Debug, Clone, Copy)]
pub struct TextLimits {
    /// Bytes of all names and texts together, after decompression.
    pub bytes: usize,
    /// Number of texts.
    pub count: usize,
}

impl Default for TextLimits {
    fn default() -> Self {
        Self {
            bytes: TEXT_LIMIT,
            count: TEXT_COUNT_LIMIT,
        }
    }
}

/// Reads the texts of a PNG, or the EXIF user comment of a JPEG or WebP as a text named "parameters".
///
/// A PNG is read to its end and every checksum is compared, so one that passes was completely written.
pub fn read_text(data: &[u8], limits: TextLimits) -> Result<Vec<(String, String)>> {
    let mut texts = Texts {
        found: Vec::new(),
        left: limits.bytes,
        limits,
    };
    match Format::of(data)? {
        Format::Png => png_text::read(data, &mut texts)?,
        Format::Jpeg => exif::read_from_jpeg(data, &mut texts)?,
        Format::WebP => exif::read_from_webp(data, &mut texts)?,
    }
    Ok(texts.found)
}

/// Texts as they are found, within the limits.
pub(super) struct Texts {
    found: Vec<(String, String)>,
    left: usize,
    limits: TextLimits,
}

impl Texts {
    /// How many more bytes may be found.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    pub(super) fn add(&mut self, keyword: String, text: String) -> Result<()> {
        if self.found.len() == self.limits.count {
            return Err(Error::TextTooMany {
                limit: self.limits.count,
            });
        }
        let bytes = keyword.len() + text.len();
        self.left = self.left.checked_sub(bytes).ok_or_else(|| self.too_large(bytes))?;
        self.found.push((keyword, text));
        Ok(())
    }

    /// The error that `more` bytes are too many.
    pub(super) fn too_large(&self, more: usize) -> Error {
        Error::TextTooLarge {
            bytes: self.limits.bytes - self.left + more,
            limit: self.limits.bytes,
        }
    }
}
