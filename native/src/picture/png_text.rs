//! Text chunks of PNG files (PNG specification, third edition, 11.3.3).
//!
//! Written uncompressed: readers refuse texts that unpack to more than a mebibyte, and a plan can be longer.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::text::Texts;
use super::{TEXT_COUNT_LIMIT, TEXT_LIMIT};
use crate::error::{Error, Result};

const SIGNATURE: usize = 8;

/// The chunks that keep `texts`: tEXt where it is Latin-1, else iTXt.
pub(super) fn chunks(texts: &[(String, String)]) -> Result<Vec<([u8; 4], Vec<u8>)>> {
    if texts.len() > TEXT_COUNT_LIMIT {
        return Err(Error::TextTooMany {
            limit: TEXT_COUNT_LIMIT,
        });
    }
    let bytes = texts.iter().map(|(keyword, text)| keyword.len() + text.len()).sum();
    if bytes > TEXT_LIMIT {
        return Err(Error::TextTooLarge {
            bytes,
            limit: TEXT_LIMIT,
        });
    }
    texts.iter().map(|(keyword, text)| chunk(keyword, text)).collect()
}

fn chunk(keyword: &str, text: &str) -> Result<([u8; 4], Vec<u8>)> {
    let mut body = latin1(keyword)
        .filter(|bytes| is_keyword(bytes))
        .ok_or_else(|| Error::TextKeyword {
            keyword: keyword.to_owned(),
        })?;
    if let Some(at) = text.chars().position(|character| character == '\0') {
        return Err(Error::TextNul {
            keyword: keyword.to_owned(),
            at,
        });
    }
    body.push(0);
    if let Some(text) = latin1(text) {
        body.extend(text);
        return Ok((*b"tEXt", body));
    }
    // Not compressed, no method, no language, no translated keyword.
    body.extend([0, 0, 0, 0]);
    body.extend(text.as_bytes());
    Ok((*b"iTXt", body))
}

fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|character| u8::try_from(character).ok()).collect()
}

fn is_keyword(bytes: &[u8]) -> bool {
    (1..=79).contains(&bytes.len())
        && bytes.iter().all(|byte| matches!(byte, 32..=126 | 161..=255))
        && !bytes.starts_with(b" ")
        && !bytes.ends_with(b" ")
        && !bytes.windows(2).any(|pair| pair == b"  ")
}

/// Adds the texts of a PNG to `texts`; fails unless every chunk is whole up to the end mark.
pub(super) fn read(data: &[u8], texts: &mut Texts) -> Result<()> {
    let mut rest = &data[SIGNATURE..];
    loop {
        let chunk = split_chunk(&mut rest)?;
        match &chunk.kind {
            b"tEXt" => read_plain(chunk.body, texts)?,
            b"zTXt" => read_compressed(chunk.body, texts)?,
            b"iTXt" => read_international(chunk.body, texts)?,
            b"IEND" => return Ok(()),
            _ => {}
        }
    }
}

struct Chunk<'a> {
    kind: [u8; 4],
    body: &'a [u8],
}

fn split_chunk<'a>(rest: &mut &'a [u8]) -> Result<Chunk<'a>> {
    let cut = || Error::PictureCut {};
    let (length, after) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
    let length = u32::from_be_bytes(*length);
    if length >= 1 << 31 {
        return Err(damaged("a part of it claims more than 2 GiB"));
    }
    let (whole, after) = after.split_at_checked(length as usize + 4).ok_or_else(cut)?;
    let (checksum, after) = after.split_first_chunk::<4>().ok_or_else(cut)?;
    if crc32fast::hash(whole) != u32::from_be_bytes(*checksum) {
        return Err(damaged("a checksum does not match"));
    }
    *rest = after;
    let (kind, body) = whole.split_first_chunk::<4>().ok_or_else(cut)?;
    Ok(Chunk { kind: *kind, body })
}

fn read_plain(body: &[u8], texts: &mut Texts) -> Result<()> {
    let (keyword, text) = split_at_nul(body)?;
    if text.len() > texts.left() {
        return Err(texts.too_large(text.len()));
    }
    texts.add(from_latin1(keyword), from_latin1(text))
}

fn read_compressed(body: &[u8], texts: &mut Texts) -> Result<()> {
    let (keyword, rest) = split_at_nul(body)?;
    let [0, packed @ ..] = rest else {
        return Err(damaged("a text is compressed in an unknown way"));
    };
    let text = unpack(packed, texts)?;
    texts.add(from_latin1(keyword), from_latin1(&text))
}

fn read_international(body: &[u8], texts: &mut Texts) -> Result<()> {
    let (keyword, rest) = split_at_nul(body)?;
    let (packed, rest) = match rest {
        [0, _, rest @ ..] => (false, rest),
        [1, 0, rest @ ..] => (true, rest),
        _ => return Err(damaged("a text is compressed in an unknown way")),
    };
    let (_language, rest) = split_at_nul(rest)?;
    let (_translated, text) = split_at_nul(rest)?;
    let text = match packed {
        true => unpack(text, texts)?,
        false if text.len() > texts.left() => return Err(texts.too_large(text.len())),
        false => text.to_vec(),
    };
    let text = String::from_utf8(text).map_err(|_| damaged("a text is not UTF-8"))?;
    texts.add(from_latin1(keyword), text)
}

fn unpack(packed: &[u8], texts: &Texts) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    // One byte more than allowed tells a full text from one that goes on.
    ZlibDecoder::new(packed)
        .take(texts.left() as u64 + 1)
        .read_to_end(&mut text)
        .map_err(|_| damaged("a compressed text cannot be unpacked"))?;
    if text.len() > texts.left() {
        return Err(texts.too_large(text.len()));
    }
    Ok(text)
}

fn split_at_nul(bytes: &[u8]) -> Result<(&[u8], &[u8])> {
    let nul = bytes.iter().position(|byte| *byte == 0);
    nul.map(|at| (&bytes[..at], &bytes[at + 1..]))
        .ok_or_else(|| damaged("a text has no end of its name"))
}

fn from_latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn damaged(reason: &str) -> Error {
    Error::PictureDamaged {
        reason: reason.to_owned(),
    }
}
