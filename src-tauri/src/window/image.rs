//! A picture's file to pixels for the clipboard. The file is the engine's own, but was a user's to change since.

use std::borrow::Cow;
use std::io::Cursor;

use arboard::ImageData;
use png::{ColorType, Decoder, DecodingError, Limits, Transformations};

/// 64 megapixels of four bytes.
const DECODED_BYTES: usize = 256 << 20;

/// The pixels of a PNG, eight bits of red, green, blue and opacity each.
pub(super) fn rgba(file: &[u8]) -> Result<ImageData<'static>, DecodingError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(file), Limits { bytes: DECODED_BYTES });
    decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
    let mut reader = decoder.read_info()?;
    let size = reader
        .output_buffer_size()
        .filter(|size| *size <= DECODED_BYTES)
        .ok_or(DecodingError::LimitsExceeded)?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels)?;
    pixels.truncate(frame.buffer_size());
    if frame.color_type == ColorType::GrayscaleAlpha {
        pixels = pixels
            .chunks_exact(2)
            .flat_map(|pair| [pair[0], pair[0], pair[0], pair[1]])
            .collect();
    }
    Ok(ImageData {
        width: frame.width as usize,
        height: frame.height as usize,
        bytes: Cow::Owned(pixels),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(color: ColorType, pixels: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
        encoder.set_color(color);
        encoder.write_header().unwrap().write_image_data(pixels).unwrap();
        bytes
    }

    #[test]
    fn every_kind_of_pixel_becomes_four_bytes() {
        let colour = rgba(&file(ColorType::Rgb, &[1, 2, 3, 4, 5, 6])).unwrap();
        assert_eq!(colour.bytes.as_ref(), [1, 2, 3, 255, 4, 5, 6, 255]);
        let grey = rgba(&file(ColorType::Grayscale, &[7, 9])).unwrap();
        assert_eq!(grey.bytes.as_ref(), [7, 7, 7, 255, 9, 9, 9, 255]);
        assert_eq!((grey.width, grey.height), (2, 1));
    }

    #[test]
    fn a_damaged_file_is_an_error() {
        let whole = file(ColorType::Rgb, &[1, 2, 3, 4, 5, 6]);
        assert!(rgba(&whole[..whole.len() - 20]).is_err());
        assert!(rgba(b"").is_err());
    }
}
