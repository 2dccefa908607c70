//! Pixels to a picture file.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::{Format, SIDE_LIMIT, exif, png_text};
use crate::error::{Error, Result};

/// A picture in memory: `rgb` has three bytes for each of `width` times `height` pixels.
struct Pixels<'a> {
    rgb: &'a [u8],
    width: u32,
    height: u32,
}

/// Writes pixels and texts as a file of `format`.
///
/// `quality` is 1 to 100; PNG has none, WebP is lossless at 100. PNG keeps any texts, the other two keep one named
/// "parameters" as EXIF user comment, where other tools look for it.
pub fn encode(
    rgb: &[u8],
    (width, height): (u32, u32),
    format: Format,
    quality: u8,
    texts: &[(String, String)],
) -> Result<Vec<u8>> {
    if !(1..=100).contains(&quality) {
        return Err(Error::BadQuality {
            quality: quality.into(),
        });
    }
    if !(1..=SIDE_LIMIT).contains(&width) || !(1..=SIDE_LIMIT).contains(&height) {
        return Err(Error::BadSize {
            width: width.into(),
            height: height.into(),
            limit: SIDE_LIMIT,
        });
    }
    let needed = width as usize * height as usize * 3;
    if rgb.len() != needed {
        return Err(Error::ShapeMismatch {
            expected: format!("{needed} bytes"),
            found: format!("{} bytes", rgb.len()),
        });
    }
    let pixels = Pixels { rgb, width, height };
    match format {
        Format::Png => png(&pixels, texts),
        Format::Jpeg => exif::add_to_jpeg(jpeg(&pixels, quality)?, texts),
        Format::WebP => exif::add_to_webp(webp(&pixels, quality)?, (width, height), texts),
    }
}

fn png(pixels: &Pixels<'_>, texts: &[(String, String)]) -> Result<Vec<u8>> {
    let chunks = png_text::chunks(texts)?;
    let write = || {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, pixels.width, pixels.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Balanced);
        let mut writer = encoder.write_header()?;
        for (kind, body) in &chunks {
            writer.write_chunk(png::chunk::ChunkType(*kind), body)?;
        }
        writer.write_image_data(pixels.rgb)?;
        writer.finish()?;
        Ok(file)
    };
    write().map_err(|reason: png::EncodingError| failed(Format::Png, &reason))
}

#[allow(clippy::cast_possible_truncation)] // The longest side fits, see `SIDE_LIMIT`.
fn jpeg(pixels: &Pixels<'_>, quality: u8) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, quality);
    // Previews are so small that half the colour resolution shows.
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder
        .encode(pixels.rgb, pixels.width as u16, pixels.height as u16, ColorType::Rgb)
        .map_err(|reason| failed(Format::Jpeg, &reason))?;
    Ok(file)
}

fn webp(pixels: &Pixels<'_>, quality: u8) -> Result<Vec<u8>> {
    let lossless = quality == 100;
    // Lossless reads the number as effort; 75 is the library's own default.
    let quality = if lossless { 75.0 } else { f32::from(quality) };
    webp::Encoder::from_rgb(pixels.rgb, pixels.width, pixels.height)
        .encode_simple(lossless, quality)
        .map(|file| file.to_vec())
        .map_err(|reason| Error::EncodeFailed {
            format: Format::WebP.title(),
            reason: format!("{reason:?}"),
        })
}

fn failed(format: Format, reason: &dyn std::fmt::Display) -> Error {
    Error::EncodeFailed {
        format: format.title(),
        reason: reason.to_string(),
    }
}
