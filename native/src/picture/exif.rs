//! The EXIF user comment (EXIF 2.32, 4.6.5), where image generators keep their settings in JPEG and WebP files.
//!
//! Written big-endian as UTF-16, as the tools that began it do.

use super::text::Texts;
use crate::error::{Error, Result};

const KEYWORD: &str = "parameters";
const EXIF_POINTER: u16 = 0x8769;
const USER_COMMENT: u16 = 0x9286;
const JPEG_PREFIX: &[u8] = b"Exif\0\0";
/// A JPEG segment counts its bytes, the two of the count included, in 16 bits.
const SEGMENT_LIMIT: usize = 0xffff - 2;

/// Puts the text behind the first marker of a JPEG file.
pub(super) fn add_to_jpeg(mut file: Vec<u8>, texts: &[(String, String)]) -> Result<Vec<u8>> {
    let Some(text) = only_text(texts, "JPEG")? else {
        return Ok(file);
    };
    let body = [JPEG_PREFIX, &tiff(text)].concat();
    let too_large = || Error::TextTooLarge {
        bytes: body.len(),
        limit: SEGMENT_LIMIT,
    };
    let length = u16::try_from(body.len() + 2).map_err(|_| too_large())?;
    let segment = [&[0xff, 0xe1], &length.to_be_bytes()[..], &body].concat();
    file.splice(2..2, segment);
    Ok(file)
}

/// Turns a simple WebP file of this size into an extended one with the text at its end.
pub(super) fn add_to_webp(file: Vec<u8>, (width, height): (u32, u32), texts: &[(String, String)]) -> Result<Vec<u8>> {
    const HAS_EXIF: u32 = 8;
    let Some(text) = only_text(texts, "WebP")? else {
        return Ok(file);
    };
    let [wide, high] = [width - 1, height - 1].map(u32::to_le_bytes);
    let size = [&HAS_EXIF.to_le_bytes(), &wide[..3], &high[..3]].concat();
    let chunks = [
        &b"WEBP"[..],
        &riff_chunk(*b"VP8X", &size),
        &file[12..],
        &riff_chunk(*b"EXIF", &tiff(text)),
    ]
    .concat();
    Ok(riff_chunk(*b"RIFF", &chunks))
}

fn only_text<'a>(texts: &'a [(String, String)], format: &'static str) -> Result<Option<&'a str>> {
    let refuse = |keyword: &String| Error::TextNeedsPng {
        format,
        keyword: keyword.clone(),
    };
    match texts {
        [] => Ok(None),
        [(keyword, text)] if keyword == KEYWORD => Ok(Some(text)),
        [(keyword, _)] | [_, (keyword, _), ..] => Err(refuse(keyword)),
    }
}

#[allow(clippy::cast_possible_truncation)] // Both are far below 4 GiB: pictures have at most 16,383 pixels per side.
fn riff_chunk(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let padding = &[0][..body.len() % 2];
    [&kind[..], &(body.len() as u32).to_le_bytes(), body, padding].concat()
}

/// A TIFF block with one directory that points to a second one that holds the comment.
#[allow(clippy::cast_possible_truncation)] // The text limit is far below 4 GiB.
fn tiff(text: &str) -> Vec<u8> {
    const FIRST: u32 = 8;
    const SECOND: u32 = FIRST + 18;
    const COMMENT: u32 = SECOND + 18;
    const LONG: u16 = 4;
    const UNDEFINED: u16 = 7;
    let letters = text.encode_utf16().flat_map(u16::to_be_bytes);
    let comment: Vec<u8> = b"UNICODE\0".iter().copied().chain(letters).collect();
    let directory = |tag: u16, kind: u16, count: u32, value: u32| {
        [
            &1_u16.to_be_bytes()[..],
            &tag.to_be_bytes(),
            &kind.to_be_bytes(),
            &count.to_be_bytes(),
            &value.to_be_bytes(),
            &[0; 4],
        ]
        .concat()
    };
    [
        b"MM\0*",
        &FIRST.to_be_bytes()[..],
        &directory(EXIF_POINTER, LONG, 1, SECOND),
        &directory(USER_COMMENT, UNDEFINED, comment.len() as u32, COMMENT),
        &comment,
    ]
    .concat()
}

/// Adds the user comment of a JPEG file to `texts`, if it has one.
pub(super) fn read_from_jpeg(data: &[u8], texts: &mut Texts) -> Result<()> {
    let mut rest = &data[2..];
    while let [0xff, marker, high, low, after @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(body) = length.checked_sub(2).and_then(|length| after.get(..length)) else {
            return Err(Error::PictureCut {});
        };
        match marker {
            0xda => return Ok(()),
            0xe1 if body.starts_with(JPEG_PREFIX) => return read_tiff(body, texts),
            _ => rest = &after[body.len()..],
        }
    }
    Ok(())
}

/// Adds the user comment of a WebP file to `texts`, if it has one.
pub(super) fn read_from_webp(data: &[u8], texts: &mut Texts) -> Result<()> {
    let mut rest = &data[12..];
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let [kind @ .., a, b, c, d] = head;
        let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
        let body = after.get(..length).ok_or(Error::PictureCut {})?;
        if kind == b"EXIF" {
            return read_tiff(body, texts);
        }
        rest = after.get(length + length % 2..).unwrap_or_default();
    }
    Ok(())
}

/// Reads what is there and is silent about what is not: cameras write a great deal that is not ours to judge.
fn read_tiff(block: &[u8], texts: &mut Texts) -> Result<()> {
    let block = Tiff::new(block.strip_prefix(JPEG_PREFIX).unwrap_or(block));
    let Some(comment) = block.and_then(|block| block.user_comment()) else {
        return Ok(());
    };
    if comment.len() > texts.left() {
        return Err(texts.too_large(comment.len()));
    }
    texts.add(KEYWORD.to_owned(), comment)
}

struct Tiff<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl<'a> Tiff<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        match bytes {
            [b'M', b'M', 0, b'*', ..] => Some(Self {
                bytes,
                big_endian: true,
            }),
            [b'I', b'I', b'*', 0, ..] => Some(Self {
                bytes,
                big_endian: false,
            }),
            _ => None,
        }
    }

    fn user_comment(&self) -> Option<String> {
        let (_, exif) = self.entry(self.long(4)?, EXIF_POINTER)?;
        let (length, at) = self.entry(exif, USER_COMMENT)?;
        let comment = self.bytes.get(at as usize..)?.get(..length as usize)?;
        let (code, letters) = comment.split_first_chunk::<8>()?;
        match code {
            b"UNICODE\0" => self.utf16(letters),
            _ => String::from_utf8(letters.to_vec()).ok(),
        }
    }

    /// Count and value of the entry `tag` in the directory at `at`.
    fn entry(&self, at: u32, tag: u16) -> Option<(u32, u32)> {
        let count = self.short(at)?;
        let entries = (0..u32::from(count)).map(|index| at.checked_add(2 + 12 * index));
        let found = entries.flatten().find(|entry| self.short(*entry) == Some(tag))?;
        Some((self.long(found.checked_add(4)?)?, self.long(found.checked_add(8)?)?))
    }

    /// Programs disagree whether the byte order of the block holds for the letters too: the zero halves of Latin
    /// letters tell.
    fn utf16(&self, letters: &[u8]) -> Option<String> {
        let (pairs, _) = letters.as_chunks::<2>();
        let zeros = |half: usize| pairs.iter().filter(|pair| pair[half] == 0).count();
        let big_endian = match zeros(0).cmp(&zeros(1)) {
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => self.big_endian,
        };
        let units: Vec<u16> = if big_endian {
            pairs.iter().copied().map(u16::from_be_bytes).collect()
        } else {
            pairs.iter().copied().map(u16::from_le_bytes).collect()
        };
        String::from_utf16(&units).ok()
    }

    fn short(&self, at: u32) -> Option<u16> {
        let bytes = *self.bytes.get(at as usize..)?.first_chunk()?;
        Some(if self.big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    }

    fn long(&self, at: u32) -> Option<u32> {
        let bytes = *self.bytes.get(at as usize..)?.first_chunk()?;
        Some(if self.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    }
}
