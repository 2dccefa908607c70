//! Arrays and sizes from Python.

use pyo3::buffer::{Element, PyBuffer};
use pyo3::prelude::*;

use crate::error::{Error, Result};
use crate::picture::SIDE_LIMIT;

/// Copies the numbers of `array`, which must have this shape (extra dimensions of 1 in front, or flat, are fine).
///
/// A copy, because another thread may write to the array while this one works without the GIL.
pub(super) fn copied<T: Element>(py: Python<'_>, array: &PyBuffer<T>, shape: &[usize]) -> PyResult<Vec<T>> {
    let found = array.shape();
    let ones = found.len().saturating_sub(shape.len());
    let (front, back) = found.split_at(ones);
    let same = back == shape && front.iter().all(|length| *length == 1);
    let flat = found.len() == 1 && found[0] == shape.iter().product::<usize>();
    if !same && !flat {
        return Err(Error::ShapeMismatch {
            expected: format!("{shape:?}"),
            found: format!("{found:?}"),
        }
        .into());
    }
    array.to_vec(py)
}

/// Width and height as a picture file can have them.
pub(super) fn sides(width: i64, height: i64) -> Result<(u32, u32)> {
    let side = |length: i64| {
        u32::try_from(length)
            .ok()
            .filter(|side| (1..=SIDE_LIMIT).contains(side))
    };
    side(width).zip(side(height)).ok_or(Error::BadSize {
        width,
        height,
        limit: SIDE_LIMIT,
    })
}

/// A quality from 1 to 100.
pub(super) fn quality(quality: i64) -> Result<u8> {
    u8::try_from(quality)
        .ok()
        .filter(|quality| (1..=100).contains(quality))
        .ok_or(Error::BadQuality { quality })
}
