//! Ctrl-C and SIGTERM close the window in order instead of killing it; a second one kills.
//!
//! Blocking the signals and waiting for them would not do: libraries start threads while they are loaded, before any
//! mask of ours.

use std::fs::File;
use std::io::{self, Read};
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;

use crate::pipes;

/// Where the handler writes. A descriptor is all that a signal handler may safely use.
static NOTE: AtomicI32 = AtomicI32::new(-1);

extern "C" fn note(_signal: libc::c_int) {
    // SAFETY: `write` may be called from a signal handler; the byte lives long enough. Nothing can be done if it fails.
    unsafe { libc::write(NOTE.load(Ordering::Relaxed), [1_u8].as_ptr().cast(), 1) };
}

/// The signals, noted from now on and not yet acted on.
pub struct EndSignals(File);

impl EndSignals {
    /// Note the signals instead of dying from them. Child processes are not affected.
    pub fn hold() -> io::Result<Self> {
        let pipes::Ends { read, write } = pipes::pipe()?;
        NOTE.store(pipes::into_number(write), Ordering::Relaxed);
        handle(note as *const () as libc::sighandler_t);
        Ok(Self(File::from(read)))
    }

    /// Call `end` at the first of them, on a thread of its own.
    pub fn on_first(mut self, end: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let wait = move || {
            if self.0.read_exact(&mut [0]).is_ok() {
                handle(libc::SIG_DFL);
                end();
            }
        };
        thread::Builder::new().name("signals".into()).spawn(wait).map(drop)
    }
}

fn handle(handler: libc::sighandler_t) {
    for signal in [libc::SIGINT, libc::SIGTERM] {
        // SAFETY: the handler is the default or `note`, which only writes to a pipe.
        unsafe { libc::signal(signal, handler) };
    }
}
