//! Size and small copies of pictures of unknown origin, within limits that hold before anything is decoded.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::{EDGE_LIMIT, Format, PIXEL_LIMIT, encode};
use crate::error::{Error, Result};

/// Bytes that a decoder may take for itself and its picture.
const MEMORY_LIMIT: u64 = 384 << 20;
const QUALITY: u8 = 85;

/// Width and height in pixels as stored, read from the header alone.
pub fn size(data: &[u8]) -> Result<(u32, u32)> {
    Ok(open(data)?.dimensions())
}

/// A copy whose longer side is at most `edge` pixels, upright, without transparency, and without texts.
pub fn thumbnail(data: &[u8], edge: u32, format: Format) -> Result<Vec<u8>> {
    if !(1..=EDGE_LIMIT).contains(&edge) {
        return Err(Error::BadEdge {
            edge: edge.into(),
            limit: EDGE_LIMIT,
        });
    }
    let mut decoder = open(data)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXEL_LIMIT {
        return Err(Error::PictureTooLarge {
            width,
            height,
            limit: PIXEL_LIMIT,
        });
    }
    let turned = decoder.orientation().map_err(|reason| damaged(&reason))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|reason| match reason {
        ImageError::Limits(_) => Error::PictureTooLarge {
            width,
            height,
            limit: PIXEL_LIMIT,
        },
        other => damaged(&other),
    })?;
    if width.max(height) > edge {
        picture = picture.thumbnail(edge, edge);
    }
    picture.apply_orientation(turned);
    let picture = picture.into_rgb8();
    encode(picture.as_raw(), picture.dimensions(), format, QUALITY, &[])
}

fn open(data: &[u8]) -> Result<impl ImageDecoder> {
    let format = match Format::of(data)? {
        Format::Png => ImageFormat::Png,
        Format::Jpeg => ImageFormat::Jpeg,
        Format::WebP => ImageFormat::WebP,
    };
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MEMORY_LIMIT);
    let mut reader = ImageReader::with_format(Cursor::new(data), format);
    reader.limits(limits);
    reader.into_decoder().map_err(|reason| damaged(&reason))
}

fn damaged(reason: &ImageError) -> Error {
    Error::PictureDamaged {
        reason: reason.to_string(),
    }
}
