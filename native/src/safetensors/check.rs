//! The check of one open file.

use sha2::{Digest, Sha256};

use super::{BOOL_LIMIT, HEADER_LIMIT, Header, PREFIX, Tensor, content, inspect};
use crate::error::{Error, Result};
use crate::file::{Identity, OpenFile};
use crate::hashing;

/// A safetensors file that follows every rule, at the moment it was read.
#[derive(Debug)]
pub struct CheckedFile {
    /// Its tensors and free texts.
    pub header: Header,
    /// Bytes before the first tensor: the length and the header.
    pub data_start: u64,
    /// SHA-256 of those bytes, in hexadecimal.
    pub head_hash: String,
    /// Which file, in which state.
    pub identity: Identity,
}

/// Reads the header of `file` and refuses the file if it breaks a rule. Costs the header, whatever the file's size.
pub fn check(file: &OpenFile) -> Result<CheckedFile> {
    let head = read_head(file)?;
    let data_start = head.len() as u64;
    let header = inspect(&head[8..], file.size() - data_start)?;
    check_bools(file, &header.tensors, data_start)?;
    file.require_unchanged()?;
    Ok(CheckedFile {
        header,
        data_start,
        head_hash: hashing::hex(&Sha256::digest(&head)),
        identity: file.identity(),
    })
}

/// The length and the header, once the length is believable.
fn read_head(file: &OpenFile) -> Result<Vec<u8>> {
    let size = file.size();
    let looked_at = usize::try_from(size).map_or(content::LOOKED_AT, |size| size.min(content::LOOKED_AT));
    let mut first = vec![0; looked_at];
    file.read_exact_at(&mut first, 0)?;
    let Some((prefix, rest)) = first.split_first_chunk::<8>() else {
        return Err(content::recognise(&first).unwrap_or(Error::HeaderMissing { bytes: size }));
    };
    let length = u64::from_le_bytes(*prefix);
    // A length can look like the magic of another format; only what cannot be a safetensors file is asked what it is.
    if (length > HEADER_LIMIT || rest.first() != Some(&b'{'))
        && let Some(other) = content::recognise(&first)
    {
        return Err(other);
    }
    if length > HEADER_LIMIT {
        return Err(Error::HeaderTooLarge {
            bytes: length,
            limit: HEADER_LIMIT,
        });
    }
    let says = PREFIX + length;
    if says > size {
        return Err(Error::HeaderCut { has: size, says });
    }
    let mut head = vec![0; usize::try_from(says).unwrap_or(usize::MAX)];
    file.read_exact_at(&mut head, 0)?;
    Ok(head)
}

/// Other values than 0 and 1 in a BOOL tensor are undefined behaviour in the libraries that read them.
fn check_bools(file: &OpenFile, tensors: &[Tensor], data_start: u64) -> Result<()> {
    let bools = || tensors.iter().filter(|tensor| tensor.dtype.name == "BOOL");
    let bytes = bools().map(|tensor| tensor.end - tensor.start).sum();
    if bytes > BOOL_LIMIT {
        return Err(Error::BoolTooLarge {
            bytes,
            limit: BOOL_LIMIT,
        });
    }
    for tensor in bools() {
        let length = usize::try_from(tensor.end - tensor.start).unwrap_or(usize::MAX);
        let mut values = vec![0; length];
        file.read_exact_at(&mut values, data_start + tensor.start)?;
        if let Some(value) = values.into_iter().find(|value| *value > 1) {
            return Err(Error::BoolValue {
                tensor: tensor.name.clone(),
                value,
            });
        }
    }
    Ok(())
}
