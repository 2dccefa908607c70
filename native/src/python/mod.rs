//! The skin: takes Python's values apart, lets go of the GIL, calls the plain functions, builds Python's values.

#![allow(clippy::needless_pass_by_value)] // PyO3 hands arguments over as values.

pub(crate) mod files;
mod numbers;
pub(crate) mod pictures;
pub(crate) mod process;
pub(crate) mod refusal;

use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::prelude::*;

use crate::error::Error;

/// Runs `work` without the GIL. A panic in it, in ours or a library's, becomes an error like any other.
fn off_gil<T: Send>(py: Python<'_>, work: impl FnOnce() -> PyResult<T> + Send) -> PyResult<T> {
    py.detach(|| {
        catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
            let reason = panic
                .downcast_ref::<&str>()
                .map(|reason| (*reason).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            Err(Error::Internal { reason }.into())
        })
    })
}
