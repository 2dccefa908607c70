//! The picture formats that are read and written, one row each.

use crate::error::{Error, Result};

/// A picture file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lossless, carries any number of texts.
    Png,
    /// Lossy, small and fast.
    Jpeg,
    /// Lossy and smaller; lossless at quality 100.
    WebP,
}

impl Format {
    /// The format called `name` on the Python side.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "png" => Ok(Self::Png),
            "jpeg" => Ok(Self::Jpeg),
            "webp" => Ok(Self::WebP),
            _ => Err(Error::UnknownFormat {
                format: name.to_owned(),
                known: "png, jpeg, webp",
            }),
        }
    }

    /// The format of a file, by its first bytes.
    pub fn of(data: &[u8]) -> Result<Self> {
        match data {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Ok(Self::Jpeg),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Self::WebP),
            _ => Err(Error::UnknownPicture {}),
        }
    }

    /// What people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
        }
    }
}
