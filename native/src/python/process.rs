//! The process itself.

use pyo3::prelude::*;

/// Asks the kernel to kill this process when its parent ends; True where that is possible (Linux).
///
/// The kernel means the parent's thread that started this process. A parent that ended before this call is not
/// noticed: compare `os.getppid()` afterwards.
#[pyfunction]
pub(crate) fn die_with_parent() -> PyResult<bool> {
    Ok(crate::process::die_with_parent()?)
}
