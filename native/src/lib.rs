//! What Darkroom does beside the GIL and in front of untrusted bytes.
//!
//! The modules know nothing of Python; `python` is the thin skin that makes them `darkroom._native`.

pub mod error;
pub mod file;
pub mod hashing;
pub mod picture;
pub mod process;
#[cfg(feature = "python")]
mod python;
pub mod safetensors;

/// The Python module `darkroom._native`; a program that embeds Python adds it to the built-in modules.
#[cfg(feature = "python")]
#[pyo3::pymodule]
pub mod _native {
    #[pymodule_export]
    use crate::python::files::{CheckedHeader, TensorEntry, check_safetensors, hash_file};
    #[pymodule_export]
    use crate::python::pictures::{
        encode_picture, latents_preview, picture_size, pixels_from_float, read_picture_text, thumbnail,
    };
    #[pymodule_export]
    use crate::python::process::die_with_parent;
    #[pymodule_export]
    use crate::python::refusal::error_codes;

    /// Adds the error class, which is made at run time because it extends Python's own `ValueError`.
    #[pymodule_init]
    fn add_error(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        crate::python::refusal::add_to(module)
    }
}
