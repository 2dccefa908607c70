//! The rules between a tensor's shape and its bytes, and between the tensors: every byte belongs to exactly one.

use super::header::Tensor;
use super::json::shortened;
use crate::error::{Error, Result};

/// Sorts `tensors` by their bytes and checks that they fill `data` bytes that begin at byte `origin` of the file.
pub(super) fn check(tensors: &mut [Tensor], origin: u64, data: u64) -> Result<()> {
    for tensor in tensors.iter() {
        check_size(tensor)?;
    }
    tensors.sort_by_key(|tensor| (tensor.start, tensor.end));
    let mut filled = 0;
    for tensor in tensors.iter() {
        check_neighbour(tensor, filled)?;
        filled = tensor.end;
    }
    let has = origin.saturating_add(data);
    let says = origin.saturating_add(filled);
    match filled.cmp(&data) {
        std::cmp::Ordering::Greater => Err(Error::DataCut { has, says }),
        std::cmp::Ordering::Less => Err(Error::TrailingBytes { has, says }),
        std::cmp::Ordering::Equal => Ok(()),
    }
}

fn check_neighbour(tensor: &Tensor, filled: u64) -> Result<()> {
    let name = || shortened(&tensor.name);
    match tensor.start.cmp(&filled) {
        std::cmp::Ordering::Greater => Err(Error::Hole {
            tensor: name(),
            start: filled,
            end: tensor.start,
        }),
        std::cmp::Ordering::Less => Err(Error::Overlap {
            tensor: name(),
            start: tensor.start,
            end: filled,
        }),
        std::cmp::Ordering::Equal => Ok(()),
    }
}

fn check_size(tensor: &Tensor) -> Result<()> {
    let name = || shortened(&tensor.name);
    let elements = tensor
        .shape
        .iter()
        .try_fold(1_u64, |product, dimension| product.checked_mul(*dimension));
    let elements = elements.ok_or_else(|| Error::ShapeTooLarge { tensor: name() })?;
    let bits = u128::from(elements) * u128::from(tensor.dtype.bits);
    if !bits.is_multiple_of(8) {
        return Err(Error::ShapeNotWhole { tensor: name(), bits });
    }
    let has = tensor
        .end
        .checked_sub(tensor.start)
        .ok_or_else(|| Error::RangeReversed {
            tensor: name(),
            start: tensor.start,
            end: tensor.end,
        })?;
    let needs = bits / 8;
    if needs == u128::from(has) {
        return Ok(());
    }
    Err(Error::SizeMismatch {
        tensor: name(),
        needs,
        has,
    })
}
