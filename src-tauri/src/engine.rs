//! `darkroom engine`: Python with the frames on stdin and stdout, and a heartbeat that needs no interpreter.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::confine;
use crate::frames::{Frame, Kind};
use crate::interpreter::{self, Purpose, venv};
use crate::pipes::{self, Ends};
use crate::supervisor::placement::CANNOT_START;
use crate::supervisor::problem::Problem;

const PERIOD: Duration = Duration::from_secs(1);

/// Run the engine of `home` on this process's stdin and stdout; `begin` starts Python where it does not run yet. Never
/// returns.
pub fn run(home: &Path, begin: impl FnOnce() -> Result<(), String>) -> ! {
    die_with_parent();
    let out = match pipes::take_stdout() {
        Ok(out) => Arc::new(Mutex::new(out)),
        Err(error) => {
            eprintln!("The engine has no stdout for its frames: {error}.");
            process::exit(CANNOT_START);
        }
    };
    let sentence = match served(home, &out, begin) {
        Ok(never) => never,
        Err(sentence) => sentence,
    };
    eprintln!("{sentence}");
    let told = Problem::lost(sentence).event("stopping").into_bytes();
    let _ = Frame {
        kind: Kind::Event,
        id: 0,
        payload: told,
    }
    .write(&mut *out.lock());
    process::exit(CANNOT_START);
}

fn served(home: &Path, out: &Arc<Mutex<File>>, begin: impl FnOnce() -> Result<(), String>) -> Result<String, String> {
    let broken = |error: io::Error| format!("The engine cannot make its pipes: {error}.");
    let Ends { read, write } = pipes::pipe().map_err(broken)?;
    let life = Arc::new(Mutex::new(Life {
        lag: Duration::ZERO,
        told: Instant::now(),
    }));
    beat(out.clone(), life.clone()).map_err(broken)?;
    pass_on(File::from(read), out.clone(), life).map_err(broken)?;
    begin()?;
    Ok(interpreter::serve(home, 0, pipes::into_number(write)))
}

/// Start Python on this thread, without the network.
pub fn begin(purpose: Purpose) -> Result<(), String> {
    let environment = venv::find(interpreter::linked_version())?;
    if let Err(error) = confine::without_network() {
        eprintln!("The kernel does not cut the engine off the network: {error}.");
    }
    if purpose == Purpose::Engine {
        let_faults_end();
    }
    interpreter::start(&environment, purpose)
}

/// Python writes its traceback at a fault and leaves the rest to whoever listened before: Rust, which waits for the
/// instruction to fault again. A signal that another process sent comes once.
fn let_faults_end() {
    for fault in [libc::SIGSEGV, libc::SIGBUS] {
        // SAFETY: what is taken away only says that a stack was too small, before the same end.
        unsafe { libc::signal(fault, libc::SIG_DFL) };
    }
}

/// What the interpreter last said about itself.
struct Life {
    lag: Duration,
    told: Instant,
}

impl Life {
    /// For how long Python's loop has owed an answer: what it said, and the time since if it falls silent.
    fn lag(&self) -> Duration {
        let silent = self.told.elapsed();
        if silent > 2 * PERIOD {
            self.lag + silent
        } else {
            self.lag
        }
    }
}

fn beat(out: Arc<Mutex<File>>, life: Arc<Mutex<Life>>) -> io::Result<()> {
    let beating = move || {
        loop {
            let lag = u32::try_from(life.lock().lag().as_millis()).unwrap_or(u32::MAX);
            let beat = Frame {
                kind: Kind::Heartbeat,
                id: 0,
                payload: lag.to_le_bytes().to_vec(),
            };
            if beat.write(&mut *out.lock()).is_err() {
                return;
            }
            thread::sleep(PERIOD);
        }
    };
    thread::Builder::new().name("heartbeat".into()).spawn(beating).map(drop)
}

/// Pass Python's frames on whole, so that heartbeats fall between them; Python's own heartbeats end here.
fn pass_on(mut from: File, out: Arc<Mutex<File>>, life: Arc<Mutex<Life>>) -> io::Result<()> {
    let passing = move || {
        while let Ok(Some(frame)) = Frame::read(&mut from) {
            if frame.kind == Kind::Heartbeat {
                let lag = frame
                    .payload
                    .first_chunk()
                    .map_or(0, |bytes| u32::from_le_bytes(*bytes));
                *life.lock() = Life {
                    lag: Duration::from_millis(lag.into()),
                    told: Instant::now(),
                };
            } else if frame.write(&mut *out.lock()).is_err() {
                // Nobody reads any more. Python sees its pipe break and ends in order.
                return;
            }
        }
    };
    thread::Builder::new().name("frames on".into()).spawn(passing).map(drop)
}

/// An engine without its window would work on unseen and hold the queue.
#[cfg(target_os = "linux")]
pub fn die_with_parent() {
    // SAFETY: only asks the kernel for a signal.
    if unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) } != 0 {
        eprintln!(
            "The engine cannot be tied to the window: {}.",
            io::Error::last_os_error()
        );
    }
}

#[cfg(not(target_os = "linux"))]
pub fn die_with_parent() {}

/// The engine inside the window's process: under a debugger, a breakpoint then stops both.
pub fn inline(home: &Path) -> io::Result<(File, File)> {
    let (commands, frames) = (pipes::pipe()?, pipes::pipe()?);
    let home = home.to_owned();
    let told = frames.write.try_clone()?;
    let (read, write) = (pipes::into_number(commands.read), pipes::into_number(frames.write));
    let serving = move || {
        let (Ok(sentence) | Err(sentence)) = begin(Purpose::Engine).map(|()| interpreter::serve(&home, read, write));
        let told_event = Problem::lost(sentence).event("stopping").into_bytes();
        let frame = Frame {
            kind: Kind::Event,
            id: 0,
            payload: told_event,
        };
        let _ = frame.write(&mut File::from(told));
        // SAFETY: only closes a number, which is this pipe's; a Python that failed with it writes no more.
        let _ = unsafe { libc::close(write) };
        // This is Python's main thread: its end would let another thread take its place.
        loop {
            thread::park();
        }
    };
    // Imports recurse deeper than the usual 2 MiB of a thread allow.
    thread::Builder::new()
        .name("python".into())
        .stack_size(16 << 20)
        .spawn(serving)?;
    Ok((File::from(commands.write), File::from(frames.read)))
}
