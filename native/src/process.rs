//! What a process must arrange for itself with the operating system.

use crate::error::Result;

/// Asks the kernel to kill this process when its parent ends; says whether the platform can (Linux).
///
/// The kernel means the parent's *thread* that started this process: start it from a thread that lives as long as
/// the parent. A parent that ended before this call is not noticed; compare the parent's id afterwards.
#[cfg(target_os = "linux")]
pub fn die_with_parent() -> Result<bool> {
    use crate::error::Error;
    use rustix::process::{Signal, set_parent_process_death_signal};

    set_parent_process_death_signal(Some(Signal::KILL)).map_err(|reason| Error::Internal {
        reason: format!("the kernel does not tie this process to its parent ({reason})"),
    })?;
    Ok(true)
}

/// Elsewhere nothing is arranged; the program that starts this process has to (a job object on Windows).
#[cfg(not(target_os = "linux"))]
pub fn die_with_parent() -> Result<bool> {
    Ok(false)
}
