//! Descriptors: pipes between threads of this process, and the stdout that belongs to the frames alone.

use std::fs::File;
use std::io;

/// Both ends of a pipe.
#[cfg(unix)]
pub struct Ends {
    /// Where bytes come out.
    pub read: std::os::fd::OwnedFd,
    /// Where they go in.
    pub write: std::os::fd::OwnedFd,
}

/// A new pipe that child processes do not inherit.
#[cfg(unix)]
pub fn pipe() -> io::Result<Ends> {
    let (read, write) = io::pipe()?;
    Ok(Ends {
        read: read.into(),
        write: write.into(),
    })
}

/// The descriptor as Python takes it, which owns it from now on.
#[cfg(unix)]
#[must_use]
pub fn into_number(end: std::os::fd::OwnedFd) -> i32 {
    std::os::fd::IntoRawFd::into_raw_fd(end)
}

/// Take stdout for the frames: whatever a library prints from now on goes to stderr, which is the log.
#[cfg(unix)]
pub fn take_stdout() -> io::Result<File> {
    use std::os::fd::AsFd;
    let out = io::stdout().as_fd().try_clone_to_owned()?;
    // SAFETY: 1 and 2 are this process's own standard streams.
    if unsafe { libc::dup2(2, 1) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(File::from(out))
}
