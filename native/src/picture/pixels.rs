//! Numbers of a network to 8-bit pixels.

use crate::error::{Error, Result};

/// The linear map from latent channels to red, green and blue in -1..1 that stands in for a decoder in previews.
#[derive(Debug, Clone)]
pub struct LatentFactors {
    /// One row per latent channel.
    pub rows: Vec<[f32; 3]>,
    /// Added to every pixel.
    pub bias: [f32; 3],
}

/// Maps latents (channels, pixels) to pixels by `factors`.
pub fn rgb_from_latents(latents: &[f32], pixels: usize, factors: &LatentFactors) -> Result<Vec<u8>> {
    require_finite(latents)?;
    let mut colours = vec![factors.bias; pixels];
    for (plane, row) in latents.chunks_exact(pixels).zip(&factors.rows) {
        for (colour, value) in colours.iter_mut().zip(plane) {
            for (sum, factor) in colour.iter_mut().zip(row) {
                *sum += value * factor;
            }
        }
    }
    Ok(colours.into_iter().flatten().map(byte).collect())
}

/// Interleaves a decoded picture (3, pixels) in -1..1 to pixels.
pub fn rgb_from_planes(planes: &[f32]) -> Result<Vec<u8>> {
    require_finite(planes)?;
    let pixels = planes.len() / 3;
    let (red, rest) = planes.split_at(pixels);
    let (green, blue) = rest.split_at(pixels);
    let mut rgb = vec![0; planes.len()];
    for (pixel, ((red, green), blue)) in rgb.chunks_exact_mut(3).zip(red.iter().zip(green).zip(blue)) {
        pixel.copy_from_slice(&[byte(*red), byte(*green), byte(*blue)]);
    }
    Ok(rgb)
}

/// -1..1 to 0..255, cut off and not rounded: the pixels then equal those of other tools for the same numbers.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn byte(value: f32) -> u8 {
    ((value / 2.0 + 0.5).clamp(0.0, 1.0) * 255.0) as u8
}

fn require_finite(values: &[f32]) -> Result<()> {
    let count = values.iter().filter(|value| !value.is_finite()).count();
    if count == 0 {
        return Ok(());
    }
    Err(Error::NotFinite {
        count,
        total: values.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_range_are_black_and_white() {
        let rgb = rgb_from_planes(&[-1.0, 1.0, -5.0, 5.0, 0.0, 0.999]).unwrap();

        assert_eq!(rgb, [0, 0, 127, 255, 255, 254]);
    }

    #[test]
    fn latents_are_mapped_by_their_channel_s_row() {
        let factors = LatentFactors {
            rows: vec![[1.0, 0.0, 0.0], [0.0, -1.0, 0.5]],
            bias: [0.0, 0.0, -1.0],
        };

        let rgb = rgb_from_latents(&[1.0, -1.0, 1.0, 2.0], 2, &factors).unwrap();

        assert_eq!(rgb, [255, 0, 63, 0, 0, 127]);
    }

    #[test]
    fn every_number_that_is_none_is_counted() {
        let error = rgb_from_planes(&[f32::NAN, 0.0, f32::INFINITY, f32::NEG_INFINITY, 0.0, 0.0]).unwrap_err();

        assert!(matches!(error, Error::NotFinite { count: 3, total: 6 }));
    }
}
