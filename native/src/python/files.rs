//! `crate::safetensors` and `crate::hashing` for Python.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyTuple};

use super::off_gil;
use crate::error::{Error, Result};
use crate::file::OpenFile;
use crate::{hashing, safetensors};

/// One tensor of a safetensors file.
#[pyclass(frozen, get_all, module = "darkroom._native")]
pub(crate) struct TensorEntry {
    name: String,
    dtype: &'static str,
    shape: Py<PyTuple>,
    start: u64,
    end: u64,
}

#[pymethods]
impl TensorEntry {
    fn __repr__(&self) -> String {
        let Self {
            name,
            dtype,
            shape,
            start,
            end,
        } = self;
        format!("TensorEntry(name={name:?}, dtype={dtype:?}, shape={shape}, start={start}, end={end})")
    }
}

/// A safetensors file that broke no rule when it was checked.
#[pyclass(frozen, get_all, module = "darkroom._native")]
pub(crate) struct CheckedHeader {
    tensors: Py<PyTuple>,
    metadata: Py<PyDict>,
    data_start: u64,
    head_hash: String,
    identity: (u64, u64, u64, u64),
}

impl CheckedHeader {
    fn new(py: Python<'_>, file: safetensors::CheckedFile) -> PyResult<Self> {
        let entry = |tensor: safetensors::Tensor| {
            Ok(TensorEntry {
                name: tensor.name,
                dtype: tensor.dtype.name,
                shape: PyTuple::new(py, tensor.shape)?.unbind(),
                start: file.data_start + tensor.start,
                end: file.data_start + tensor.end,
            })
        };
        let entries = file.header.tensors.into_iter().map(entry);
        let metadata = PyDict::new(py);
        for (key, text) in file.header.metadata {
            metadata.set_item(key, text)?;
        }
        let identity = file.identity;
        Ok(Self {
            tensors: PyTuple::new(py, entries.collect::<PyResult<Vec<_>>>()?)?.unbind(),
            metadata: metadata.unbind(),
            data_start: file.data_start,
            head_hash: file.head_hash,
            identity: (identity.device, identity.inode, identity.size, identity.modified_ns),
        })
    }
}

#[pymethods]
impl CheckedHeader {
    fn __repr__(&self, py: Python<'_>) -> String {
        let tensors = self.tensors.bind(py).len();
        format!("CheckedHeader({tensors} tensors, {} bytes)", self.identity.2)
    }
}

/// A path, or the number of a handle that is already open.
pub(crate) enum Source {
    Path(PathBuf),
    Handle(i32),
}

impl<'py> FromPyObject<'_, 'py> for Source {
    type Error = PyErr;

    fn extract(source: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if source.is_instance_of::<PyInt>() {
            return source.extract().map(Self::Handle);
        }
        source.extract().map(Self::Path)
    }
}

impl Source {
    fn open(&self) -> Result<OpenFile> {
        match self {
            Self::Path(path) => OpenFile::open(path),
            Self::Handle(handle) => duplicate(*handle).and_then(OpenFile::new),
        }
    }
}

#[cfg(unix)]
fn duplicate(handle: i32) -> Result<std::fs::File> {
    use std::os::fd::BorrowedFd;

    if handle < 0 {
        return Err(Error::BadHandle { handle });
    }
    // SAFETY: the number is not -1 and is used for one call only, which the kernel refuses if it is not open.
    let borrowed = unsafe { BorrowedFd::borrow_raw(handle) };
    let owned = borrowed.try_clone_to_owned();
    owned.map(Into::into).map_err(|_| Error::BadHandle { handle })
}

#[cfg(not(unix))]
fn duplicate(_handle: i32) -> Result<std::fs::File> {
    Err(Error::HandleNeedsUnix {})
}

/// Checks a safetensors file before anything else reads it; raises `NativeError` with the rule that it breaks.
///
/// Pass the handle that will then be read, not the path: nobody can swap the file in between. The handle's position
/// stays where it is. Reads the header (and the values of BOOL tensors), not the other tensors.
#[pyfunction]
pub(crate) fn check_safetensors(py: Python<'_>, source: Source) -> PyResult<CheckedHeader> {
    let checked = off_gil(py, || Ok(safetensors::check(&source.open()?)?))?;
    CheckedHeader::new(py, checked)
}

/// SHA-256 of a file as 64 hexadecimal digits.
///
/// `progress(done, total)` is called about every 64 MB and at the end; what it raises ends the reading.
#[pyfunction]
#[pyo3(signature = (source, progress = None))]
pub(crate) fn hash_file(py: Python<'_>, source: Source, progress: Option<Py<PyAny>>) -> PyResult<String> {
    let tell = |done: u64, total: u64| {
        Python::attach(|py| {
            py.check_signals()?;
            if let Some(progress) = &progress {
                progress.call1(py, (done, total))?;
            }
            Ok(())
        })
    };
    off_gil(py, || hashing::sha256(&source.open()?, tell))
}
