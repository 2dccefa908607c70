//! What a file really is when it is not a safetensors file, by its first bytes and not by its name.

use crate::error::Error;

/// How many bytes of the beginning are looked at.
pub(super) const LOOKED_AT: usize = 512;

/// Names the kind of file that begins with `head`, where it is one of those that are renamed to .safetensors.
pub(super) fn recognise(head: &[u8]) -> Option<Error> {
    match head {
        [0x80, 2..=5, ..] | [b'(', b'd' | b'l', b'p', ..] => Some(Error::IsPickle {}),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Error::IsZip {}),
        [b'G', b'G', b'U', b'F', ..] | [b'F', b'U', b'G', b'G', ..] => Some(Error::IsGguf {}),
        _ if head.starts_with(b"version https://git-lfs") => Some(Error::IsLfsPointer {}),
        _ if is_html(head) => Some(Error::IsHtml {}),
        _ => None,
    }
}

fn is_html(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let start: Vec<u8> = head
        .trim_ascii_start()
        .iter()
        .take(14)
        .map(u8::to_ascii_lowercase)
        .collect();
    ["<!doctype html", "<html", "<head", "<?xml", "<script", "<!--"]
        .iter()
        .any(|tag| start.starts_with(tag.as_bytes()))
}
