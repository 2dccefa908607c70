//! The header of a safetensors file: which tensors, of which type and shape, in which bytes.

use super::json::{Reader, shortened};
use super::{DIMENSION_LIMIT, Dtype, METADATA_LIMIT, NAME_LIMIT, RANK_LIMIT, TENSOR_LIMIT};
use crate::error::{Error, Result};

/// A header that follows every rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// In the order of their bytes.
    pub tensors: Vec<Tensor>,
    /// The free text entries, in the order they were written.
    pub metadata: Vec<(String, String)>,
}

/// One tensor of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// Not empty, printable, unique in the file.
    pub name: String,
    /// Type of its numbers.
    pub dtype: Dtype,
    /// Length of each dimension, outermost first; empty for a single number.
    pub shape: Vec<u64>,
    /// First byte, counted from the end of the header.
    pub start: u64,
    /// One past the last byte, counted from the end of the header.
    pub end: u64,
}

pub(super) fn parse(bytes: &[u8]) -> Result<Header> {
    let text = std::str::from_utf8(bytes).map_err(|fault| Error::HeaderNotText {
        at: fault.valid_up_to(),
    })?;
    if !text.starts_with('{') {
        return Err(Error::HeaderSyntax {
            expected: "an object `{`",
            at: 0,
        });
    }
    let mut header = Header {
        tensors: Vec::new(),
        metadata: Vec::new(),
    };
    let mut reader = Reader::new(text);
    reader.object(|reader, key| {
        if key == "__metadata__" {
            return metadata(reader, &mut header.metadata);
        }
        if header.tensors.len() == TENSOR_LIMIT {
            return Err(Error::TooManyTensors { limit: TENSOR_LIMIT });
        }
        check_name(key)?;
        header.tensors.push(tensor(reader, key)?);
        Ok(())
    })?;
    reader.end()?;
    Ok(header)
}

fn metadata(reader: &mut Reader<'_>, entries: &mut Vec<(String, String)>) -> Result<()> {
    reader.object(|reader, key| {
        if entries.len() == METADATA_LIMIT {
            return Err(Error::MetadataTooMany { limit: METADATA_LIMIT });
        }
        if !reader.before_string() {
            return Err(Error::MetadataNotText { key: shortened(key) });
        }
        entries.push((key.to_owned(), reader.string("a text in quotes")?));
        Ok(())
    })
}

fn check_name(name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::NameEmpty {});
    }
    if name.len() > NAME_LIMIT {
        return Err(Error::NameTooLong {
            bytes: name.len(),
            limit: NAME_LIMIT,
        });
    }
    if name.chars().any(unprintable) {
        return Err(Error::NameUnprintable { name: shortened(name) });
    }
    Ok(())
}

/// Control characters, and those that are invisible or reorder the text around them.
fn unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
        )
}

fn tensor(reader: &mut Reader<'_>, name: &str) -> Result<Tensor> {
    let (mut dtype, mut shape, mut range) = (None, None, None);
    reader.object(|reader, field| {
        match field {
            "dtype" => dtype = Some(read_dtype(reader, name)?),
            "shape" => shape = Some(read_shape(reader, name)?),
            "data_offsets" => range = Some(read_range(reader)?),
            _ => {
                return Err(Error::UnknownField {
                    field: shortened(field),
                    tensor: shortened(name),
                });
            }
        }
        Ok(())
    })?;
    let missing = |field| Error::MissingField {
        field,
        tensor: shortened(name),
    };
    let (start, end) = range.ok_or_else(|| missing("data_offsets"))?;
    Ok(Tensor {
        name: name.to_owned(),
        dtype: dtype.ok_or_else(|| missing("dtype"))?,
        shape: shape.ok_or_else(|| missing("shape"))?,
        start,
        end,
    })
}

fn read_dtype(reader: &mut Reader<'_>, tensor: &str) -> Result<Dtype> {
    let name = reader.string("a dtype in quotes")?;
    Dtype::find(&name).ok_or_else(|| Error::UnknownDtype {
        dtype: shortened(&name),
        tensor: shortened(tensor),
    })
}

fn read_shape(reader: &mut Reader<'_>, tensor: &str) -> Result<Vec<u64>> {
    let mut shape = Vec::new();
    reader.array(|reader| {
        if shape.len() == RANK_LIMIT {
            return Err(Error::RankTooHigh {
                tensor: shortened(tensor),
                limit: RANK_LIMIT,
            });
        }
        let dimension = reader.integer()?;
        if dimension > DIMENSION_LIMIT {
            return Err(Error::DimensionTooLarge {
                tensor: shortened(tensor),
                dimension,
                limit: DIMENSION_LIMIT,
            });
        }
        shape.push(dimension);
        Ok(())
    })?;
    Ok(shape)
}

fn read_range(reader: &mut Reader<'_>) -> Result<(u64, u64)> {
    const WHAT: &str = "two byte offsets `[start, end]`";
    let at_start = reader.position();
    let mut offsets = Vec::new();
    reader.array(|reader| {
        if offsets.len() == 2 {
            return Err(reader.expected(WHAT));
        }
        offsets.push(reader.integer()?);
        Ok(())
    })?;
    match offsets[..] {
        [start, end] => Ok((start, end)),
        _ => Err(Error::HeaderSyntax {
            expected: WHAT,
            at: at_start,
        }),
    }
}
