//! `crate::picture` for Python.

use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use super::{numbers, off_gil};
use crate::error::{Error, Result};
use crate::picture::{self, EDGE_LIMIT, Format, LatentFactors, TEXT_COUNT_LIMIT, TEXT_LIMIT, TextLimits};

/// A small picture of latents (channels, height, width), float32, by linear factors: one pixel per latent.
///
/// `factors` has one row of three per channel, `bias` three numbers; their result in -1..1 is the colour. `format` is
/// "jpeg", "webp", "png", or "rgb" for the plain bytes.
#[pyfunction]
#[pyo3(signature = (latents, channels, height, width, factors, bias, format = "jpeg", quality = 80))]
#[allow(clippy::too_many_arguments)] // The Python side names them.
pub(crate) fn latents_preview<'py>(
    py: Python<'py>,
    latents: PyBuffer<f32>,
    channels: usize,
    height: i64,
    width: i64,
    factors: Vec<Vec<f32>>,
    bias: Vec<f32>,
    format: &str,
    quality: i64,
) -> PyResult<Bound<'py, PyBytes>> {
    let format = preview_format(format)?;
    let quality = numbers::quality(quality)?;
    let (width, height) = numbers::sides(width, height)?;
    let factors = latent_factors(&factors, &bias, channels)?;
    let latents = numbers::copied(py, &latents, &[channels, height as usize, width as usize])?;
    let file = off_gil(py, || {
        let rgb = picture::rgb_from_latents(&latents, width as usize * height as usize, &factors)?;
        match format {
            None => Ok(rgb),
            Some(format) => Ok(picture::encode(&rgb, (width, height), format, quality, &[])?),
        }
    })?;
    Ok(PyBytes::new(py, &file))
}

fn preview_format(name: &str) -> Result<Option<Format>> {
    if name == "rgb" {
        return Ok(None);
    }
    Format::named(name).map(Some).map_err(|_| Error::UnknownFormat {
        format: name.to_owned(),
        known: "jpeg, webp, png, rgb",
    })
}

fn latent_factors(rows: &[Vec<f32>], bias: &[f32], channels: usize) -> Result<LatentFactors> {
    let factors = || {
        let rows = rows.iter().map(|row| row[..].try_into().ok());
        Some(LatentFactors {
            rows: rows.collect::<Option<Vec<[f32; 3]>>>()?,
            bias: bias.try_into().ok()?,
        })
    };
    factors()
        .filter(|factors| factors.rows.len() == channels)
        .ok_or_else(|| Error::FactorsMismatch {
            expected: format!("{channels} rows of 3 and a bias of 3"),
            found: format!(
                "{} rows of {:?} and a bias of {}",
                rows.len(),
                rows.iter().map(Vec::len).collect::<std::collections::BTreeSet<_>>(),
                bias.len()
            ),
        })
}

/// Decoded picture (3, height, width), float32 in -1..1, to 8-bit pixels (height, width, 3).
///
/// Values beyond the range are cut off, and 255·v is cut off and not rounded, as other tools do it.
#[pyfunction]
pub(crate) fn pixels_from_float(
    py: Python<'_>,
    chw: PyBuffer<f32>,
    height: i64,
    width: i64,
) -> PyResult<Bound<'_, PyBytes>> {
    let (width, height) = numbers::sides(width, height)?;
    let planes = numbers::copied(py, &chw, &[3, height as usize, width as usize])?;
    let rgb = off_gil(py, || Ok(picture::rgb_from_planes(&planes)?))?;
    Ok(PyBytes::new(py, &rgb))
}

/// Pixels (height, width, 3), uint8, to a file of `format` "png", "webp" or "jpeg".
///
/// `quality` 1 to 100 is for the latter two (WebP is lossless at 100). `text` are pairs of keyword and text; JPEG and
/// WebP keep only one, named "parameters".
#[pyfunction]
#[pyo3(
    signature = (rgb, width, height, format = "png", quality = 90, text = Vec::new()),
    text_signature = "(rgb, width, height, format='png', quality=90, text=())"
)]
pub(crate) fn encode_picture<'py>(
    py: Python<'py>,
    rgb: PyBuffer<u8>,
    width: i64,
    height: i64,
    format: &str,
    quality: i64,
    text: Vec<(Bound<'py, PyString>, Bound<'py, PyString>)>,
) -> PyResult<Bound<'py, PyBytes>> {
    let format = Format::named(format)?;
    let quality = numbers::quality(quality)?;
    let (width, height) = numbers::sides(width, height)?;
    let pairs = text.iter().map(|(keyword, text)| Ok((utf8(keyword)?, utf8(text)?)));
    let text = pairs.collect::<Result<Vec<_>>>()?;
    let rgb = numbers::copied(py, &rgb, &[height as usize, width as usize, 3])?;
    let file = off_gil(py, || {
        Ok(picture::encode(&rgb, (width, height), format, quality, &text)?)
    })?;
    Ok(PyBytes::new(py, &file))
}

fn utf8(text: &Bound<'_, PyString>) -> Result<String> {
    let text = text.to_cow().map_err(|_| Error::TextSurrogate {})?;
    Ok(text.into_owned())
}

/// The texts of a PNG, or the EXIF user comment of a JPEG or WebP named "parameters", from untrusted bytes.
///
/// A PNG that passes is complete and undamaged. `max_bytes` counts all texts after decompression.
#[pyfunction]
#[pyo3(
    signature = (data, max_bytes = TEXT_LIMIT, max_texts = TEXT_COUNT_LIMIT),
    text_signature = "(data, max_bytes=16777216, max_texts=1000)"
)]
pub(crate) fn read_picture_text(
    py: Python<'_>,
    data: &[u8],
    max_bytes: usize,
    max_texts: usize,
) -> PyResult<Vec<(String, String)>> {
    let limits = TextLimits {
        bytes: max_bytes,
        count: max_texts,
    };
    off_gil(py, || Ok(picture::read_text(data, limits)?))
}

/// Width and height in pixels, as stored, of a PNG, JPEG or WebP. Nothing is decoded.
#[pyfunction]
pub(crate) fn picture_size(py: Python<'_>, data: &[u8]) -> PyResult<(u32, u32)> {
    off_gil(py, || Ok(picture::size(data)?))
}

/// A copy of at most `max_edge` pixels on the longer side, upright, without transparency and without texts.
#[pyfunction]
#[pyo3(signature = (data, max_edge = 256, format = "webp"))]
pub(crate) fn thumbnail<'py>(
    py: Python<'py>,
    data: &[u8],
    max_edge: i64,
    format: &str,
) -> PyResult<Bound<'py, PyBytes>> {
    let format = Format::named(format)?;
    let edge = u32::try_from(max_edge).map_err(|_| Error::BadEdge {
        edge: max_edge,
        limit: EDGE_LIMIT,
    })?;
    let file = off_gil(py, || Ok(picture::thumbnail(data, edge, format)?))?;
    Ok(PyBytes::new(py, &file))
}
