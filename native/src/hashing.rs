//! SHA-256 of a file of any size, with progress.

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::file::OpenFile;

/// Progress is told each time at least this many bytes were read.
pub const STRIDE: u64 = 64 << 20;

const BLOCK: usize = 1 << 20;

/// Returns the SHA-256 of the whole file as 64 lower-case hexadecimal digits.
///
/// `progress(done, total)` is called at every [`STRIDE`] and once at the end; its error ends the reading.
pub fn sha256<E: From<Error>>(
    file: &OpenFile,
    mut progress: impl FnMut(u64, u64) -> Result<(), E>,
) -> Result<String, E> {
    let total = file.size();
    let mut hash = Sha256::new();
    let mut block = vec![0; BLOCK];
    let (mut done, mut told) = (0, 0);
    while done < total {
        let count = usize::try_from(total - done).map_or(BLOCK, |left| left.min(BLOCK));
        file.read_exact_at(&mut block[..count], done)?;
        hash.update(&block[..count]);
        done += count as u64;
        if done - told >= STRIDE && done < total {
            told = done;
            progress(done, total)?;
        }
    }
    file.require_unchanged()?;
    progress(total, total)?;
    Ok(hex(&hash.finalize()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}
