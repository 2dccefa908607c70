//! The start of the interpreter through `PyConfig`, which `PyO3` leaves to its users.

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;
use std::path::Path;

use pyo3::ffi;

use super::venv::Environment;

/// What the interpreter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Frames: signals are the host's, streams are unbuffered because the process may end at any moment.
    Engine,
    /// A terminal: Ctrl-C is Python's.
    CommandLine,
}

/// Major and minor version of the libpython this program is linked to.
#[must_use]
pub fn linked_version() -> (u8, u8) {
    // SAFETY: returns a static string and may be called before the interpreter starts.
    let version = unsafe { CStr::from_ptr(ffi::Py_GetVersion()) }.to_string_lossy();
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

/// Start the interpreter on this thread, which becomes Python's main thread and must never end.
pub fn start(environment: &Environment, purpose: Purpose) -> Result<(), String> {
    // SAFETY: called once, before anything attaches; the thread that returns from here holds no Python state.
    unsafe {
        pre_initialize()?;
        let mut config = MaybeUninit::<ffi::PyConfig>::zeroed();
        ffi::PyConfig_InitIsolatedConfig(config.as_mut_ptr());
        let config = &mut *config.as_mut_ptr();
        config.parse_argv = 0;
        config.install_signal_handlers = i32::from(purpose == Purpose::CommandLine);
        config.buffered_stdio = i32::from(purpose == Purpose::CommandLine);
        config.faulthandler = i32::from(purpose == Purpose::Engine);
        let begun = begin(config, environment);
        ffi::PyConfig_Clear(config);
        begun?;
        ffi::PyEval_SaveThread();
    }
    Ok(())
}

unsafe fn pre_initialize() -> Result<(), String> {
    let mut early = MaybeUninit::<ffi::PyPreConfig>::zeroed();
    // SAFETY: `early` is filled by the first call before the second reads it.
    let status = unsafe {
        ffi::PyPreConfig_InitIsolatedConfig(early.as_mut_ptr());
        (*early.as_mut_ptr()).utf8_mode = 1;
        ffi::Py_PreInitialize(early.as_ptr())
    };
    check(status)
}

unsafe fn begin(config: &mut ffi::PyConfig, environment: &Environment) -> Result<(), String> {
    let all: *mut ffi::PyConfig = config;
    // SAFETY: `all` is a configuration that was initialized, and both fields are its own.
    unsafe {
        set(all, &raw mut (*all).executable, &environment.python)?;
        set(all, &raw mut (*all).home, &environment.base)?;
        check(ffi::Py_InitializeFromConfig(all))
    }
}

unsafe fn set(config: *mut ffi::PyConfig, field: *mut *mut libc::wchar_t, path: &Path) -> Result<(), String> {
    let bytes = path.as_os_str().as_encoded_bytes();
    let text = CString::new(bytes).map_err(|_| format!("The path {} holds a zero byte.", path.display()))?;
    // SAFETY: `field` is a field of `config`; the string is copied.
    check(unsafe { ffi::PyConfig_SetBytesString(config, field, text.as_ptr()) })
}

fn check(status: ffi::PyStatus) -> Result<(), String> {
    // SAFETY: only reads the status.
    if unsafe { ffi::PyStatus_Exception(status) } == 0 {
        return Ok(());
    }
    // SAFETY: the message, where there is one, is a static string.
    let reason = (!status.err_msg.is_null()).then(|| unsafe { CStr::from_ptr(status.err_msg) }.to_string_lossy());
    Err(format!(
        "Python does not start ({}); run `make setup`.",
        reason.as_deref().unwrap_or("no reason given")
    ))
}
