//! How an error of this crate looks in Python.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::error::{CODES, Error};

pyo3::create_exception!(
    darkroom._native,
    NativeError,
    PyValueError,
    "A refusal of the native extension: a sentence with the value and the way out, and a stable `code`."
);

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        let raised = NativeError::new_err(error.to_string());
        let coded = Python::attach(|py| raised.value(py).setattr("code", error.code()));
        coded.err().unwrap_or(raised)
    }
}

pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let class = module.py().get_type::<NativeError>();
    class.setattr("code", "")?;
    module.add("NativeError", class)
}

/// Every code with its sentence, in which the values stand as `{names}`.
#[pyfunction]
pub(crate) fn error_codes() -> std::collections::BTreeMap<&'static str, &'static str> {
    CODES.iter().copied().collect()
}
