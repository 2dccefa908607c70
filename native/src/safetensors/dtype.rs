//! The number types of the format, one row each.

/// A number type: its name in the header and its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dtype {
    /// As written in the header.
    pub name: &'static str,
    /// Bits per element.
    pub bits: u32,
}

const DTYPES: &[Dtype] = &[
    row("F4", 4),
    row("F6_E2M3", 6),
    row("F6_E3M2", 6),
    row("BOOL", 8),
    row("U8", 8),
    row("I8", 8),
    row("F8_E5M2", 8),
    row("F8_E4M3", 8),
    row("F8_E8M0", 8),
    row("F8_E4M3FNUZ", 8),
    row("F8_E5M2FNUZ", 8),
    row("I16", 16),
    row("U16", 16),
    row("F16", 16),
    row("BF16", 16),
    row("I32", 32),
    row("U32", 32),
    row("F32", 32),
    row("F64", 64),
    row("I64", 64),
    row("U64", 64),
    row("C64", 64),
];

const fn row(name: &'static str, bits: u32) -> Dtype {
    Dtype { name, bits }
}

impl Dtype {
    /// The row with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        DTYPES.iter().copied().find(|row| row.name == name)
    }
}
