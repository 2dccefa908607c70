//! A fork whose child belongs to this process's parent.
//!
//! An engine that a spare forks is to be the window's child, as if the window had started it: the kernel kills it with
//! the window, tells the window how it ended, and leaves it alone when the spare dies. The C library's `fork` cannot do
//! that, the kernel's `clone` can.

use std::io;

use pyo3::exceptions::PyOSError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyCFunction;

/// `os.fork` for Python, but for whose child it makes. For a process with one thread that has called no GPU.
pub(super) fn function(py: Python<'_>) -> PyResult<Bound<'_, PyCFunction>> {
    PyCFunction::new_closure(py, Some(c"fork"), None, |_, _| {
        // SAFETY: called by Python, attached, on its main thread, and the spare has no other.
        unsafe { fork() }.map_err(|error| PyOSError::new_err(error.to_string()))
    })
}

/// # Safety
/// As for `os.fork` of a process with one thread, attached to Python.
unsafe fn fork() -> io::Result<i64> {
    // SAFETY: the three belong around a fork; the caller promises the rest.
    unsafe {
        ffi::PyOS_BeforeFork();
        let forked = clone_for_parent();
        match forked {
            Ok(0) => ffi::PyOS_AfterFork_Child(),
            _ => ffi::PyOS_AfterFork_Parent(),
        }
        forked
    }
}

/// The kernel's part of the C library's `fork`, with the parent's parent as the child's. The library's own part is for
/// locks, and with one thread nobody holds any; only its note of the thread's number has to be renewed.
///
/// # Safety
/// The process has one thread.
unsafe fn clone_for_parent() -> io::Result<i64> {
    let note = number_note()?;
    let flags = libc::CLONE_PARENT | libc::CLONE_CHILD_SETTID | libc::CLONE_CHILD_CLEARTID | libc::SIGCHLD;
    let nothing = std::ptr::null::<libc::c_void>();
    // Which of the last two is the note depends on the machine; the other one is not used without its flag.
    #[cfg(target_arch = "x86_64")]
    let (fourth, fifth) = (note, nothing);
    #[cfg(not(target_arch = "x86_64"))]
    let (fourth, fifth) = (nothing, note);
    // SAFETY: without a stack of its own the child goes on where the parent does, in a copy of its memory.
    let number = unsafe { libc::syscall(libc::SYS_clone, i64::from(flags), nothing, nothing, fourth, fifth) };
    if number < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(number)
    }
}

/// Where the C library keeps the number of this thread: it has told the kernel, which clears it at the thread's end.
fn number_note() -> io::Result<*const libc::c_void> {
    let mut note = std::ptr::null::<libc::c_void>();
    // SAFETY: the kernel writes one pointer to `note`.
    let told = unsafe { libc::prctl(libc::PR_GET_TID_ADDRESS, &raw mut note) };
    // SAFETY: the library's note lies there for as long as the thread lives.
    if told == 0 && !note.is_null() && unsafe { note.cast::<libc::pid_t>().read() } == unsafe { libc::gettid() } {
        return Ok(note);
    }
    Err(io::Error::other(
        "this kernel does not tell where the C library keeps the thread's number",
    ))
}
