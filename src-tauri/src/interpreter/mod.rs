//! `CPython` in this process: isolated, with the environment's interpreter as `sys.executable`, never finalized.

mod config;
#[cfg(target_os = "linux")]
mod fork;
pub mod venv;

use std::ffi::{OsStr, OsString};
use std::path::Path;
#[cfg(target_os = "linux")]
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyList;

pub use self::config::{Purpose, linked_version, start};

/// Serve the engine of `home` on two descriptors. Returns only when it could not begin; the error is a sentence.
#[must_use]
pub fn serve(home: &Path, read: i32, write: i32) -> String {
    Python::attach(|py| {
        let served = py
            .import("darkroom.bridge.serve")
            .and_then(|module| module.getattr("serve"))
            .map_err(|error| explain(py, &error))
            .map(|serve| {
                serve
                    .call1((home.as_os_str(), read, write))
                    .map_err(|error| explain(py, &error))
            });
        match served {
            Err(sentence) | Ok(Err(sentence)) => sentence,
            Ok(Ok(_)) => "The engine returned, which it never does; please report this.".into(),
        }
    })
}

/// Import everything and fork at each request on stdin. Returns in each forked engine, on streams of its own, with the
/// home folder that was asked for. The error is a sentence.
#[cfg(target_os = "linux")]
pub fn stand_by() -> Result<Option<PathBuf>, String> {
    Python::attach(|py| {
        let home = fork::function(py).and_then(|fork| {
            let module = py.import("darkroom.bridge.spare")?;
            module.getattr("engine_home")?.call1((fork,))?.extract()
        });
        home.map_err(|error| explain(py, &error))
    })
}

/// Run the command line of the package. Returns the exit code.
#[must_use]
pub fn command_line(arguments: &[OsString]) -> i32 {
    Python::attach(|py| {
        let code = run_command_line(py, arguments).unwrap_or_else(|error| exit_code(py, &error));
        flush(py);
        code
    })
}

fn run_command_line(py: Python<'_>, arguments: &[OsString]) -> PyResult<i32> {
    let argv = [OsStr::new("darkroom")]
        .into_iter()
        .chain(arguments.iter().map(OsString::as_os_str));
    py.import("sys")?
        .setattr("argv", PyList::new(py, argv.collect::<Vec<_>>())?)?;
    let result = py.import("darkroom.cli")?.getattr("main")?.call0()?;
    Ok(result.extract().unwrap_or(0))
}

/// What Python itself would end with after this exception.
fn exit_code(py: Python<'_>, error: &PyErr) -> i32 {
    if !error.is_instance_of::<pyo3::exceptions::PySystemExit>(py) {
        error.print(py);
        return 1;
    }
    match error.value(py).getattr("code") {
        Ok(code) if code.is_none() => 0,
        Ok(code) => code.extract().unwrap_or_else(|_| {
            eprintln!("{code}");
            1
        }),
        Err(_) => 1,
    }
}

fn flush(py: Python<'_>) {
    for stream in ["stdout", "stderr"] {
        let _ = py
            .import("sys")
            .and_then(|sys| sys.getattr(stream))
            .and_then(|stream| stream.call_method0("flush"));
    }
}

fn explain(py: Python<'_>, error: &PyErr) -> String {
    error.print(py);
    format!("The Python environment cannot run Darkroom ({error}); run `make setup`.")
}
