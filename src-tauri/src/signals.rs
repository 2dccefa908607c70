//! Ctrl-C and SIGTERM close the window in order instead of killing it.

use std::io;
use std::mem::MaybeUninit;
use std::thread;

/// Both signals, held back from every thread that starts after this call.
#[cfg(unix)]
pub struct EndSignals(libc::sigset_t);

#[cfg(unix)]
impl EndSignals {
    /// Hold the signals back. Call it before any other thread starts; child processes are not affected.
    pub fn hold() -> io::Result<Self> {
        let mut set = MaybeUninit::uninit();
        // SAFETY: the first call fills the set, the others change and read it.
        let (set, result) = unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), libc::SIGINT);
            libc::sigaddset(set.as_mut_ptr(), libc::SIGTERM);
            let set = set.assume_init();
            (
                set,
                libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut()),
            )
        };
        if result == 0 {
            Ok(Self(set))
        } else {
            Err(io::Error::from_raw_os_error(result))
        }
    }

    /// Call `end` at the first of them, on a thread of its own.
    pub fn on_first(self, end: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let wait = move || {
            let mut signal = 0;
            // SAFETY: the set was filled by `hold`; `signal` is written only.
            if unsafe { libc::sigwait(&raw const self.0, &raw mut signal) } == 0 {
                end();
            }
        };
        thread::Builder::new().name("signals".into()).spawn(wait).map(drop)
    }
}
