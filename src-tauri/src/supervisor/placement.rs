//! Where the engine runs: in a child process, or inline in the window's own. Only the ends of the pipes differ.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::log::EngineLog;

/// The exit code of an engine that cannot start as things are: starting it again would not help.
pub const CANNOT_START: i32 = 78;

/// A running engine.
pub struct Running {
    /// Frames to it; it ends when this is dropped.
    pub input: Box<dyn Write + Send>,
    /// Frames from it; the end of the stream is its death.
    pub output: Box<dyn Read + Send>,
    /// The process, to be waited for or killed; none when it runs in this one.
    pub process: Option<Child>,
}

/// A way to start an engine.
pub trait Placement: Send {
    /// Start the engine of `home`. On Linux it dies with the thread that calls this.
    fn start(&mut self, home: &Path, log: &Arc<EngineLog>) -> io::Result<Running>;

    /// Whether an engine that ended can be followed by another.
    fn again(&self) -> bool {
        true
    }
}

/// The same program again, as `darkroom engine`.
#[derive(Debug)]
pub struct ChildProcess {
    /// The program.
    pub program: OsString,
    /// Its arguments before the home folder.
    pub arguments: Vec<OsString>,
}

impl Placement for ChildProcess {
    fn start(&mut self, home: &Path, log: &Arc<EngineLog>) -> io::Result<Running> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg("--home").arg(home);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        beside_the_window(&mut command);
        let mut child = command.spawn()?;
        let missing = || io::Error::other("the engine has no pipes");
        let input = child.stdin.take().ok_or_else(missing)?;
        let output = child.stdout.take().ok_or_else(missing)?;
        let errors = child.stderr.take().ok_or_else(missing)?;
        let log = log.clone();
        thread::Builder::new()
            .name("engine log".into())
            .spawn(move || copy_lines(errors, &log))?;
        Ok(Running {
            input: Box::new(input),
            output: Box::new(output),
            process: Some(child),
        })
    }
}

/// A Ctrl-C in the terminal is the window's: the engine ends with its pipe, in order.
#[cfg(unix)]
fn beside_the_window(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn beside_the_window(_command: &mut Command) {}

fn copy_lines(errors: impl Read, log: &EngineLog) {
    let mut errors = BufReader::new(errors);
    let mut line = Vec::new();
    while errors.read_until(b'\n', &mut line).is_ok_and(|size| size > 0) {
        log.line(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
}

/// Wait for a process for at most `patience`, then kill it. `None` when it had to be killed.
pub fn reap(process: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let until = Instant::now() + patience;
    while Instant::now() < until {
        if let Ok(Some(status)) = process.try_wait() {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(5));
    }
    let _ = process.kill();
    let _ = process.wait();
    None
}

/// How a process ended, for a sentence.
#[must_use]
pub fn ending(status: Option<ExitStatus>) -> String {
    let Some(status) = status else {
        return "it did not end by itself".into();
    };
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return match signal {
            libc::SIGKILL => "it was killed, perhaps for want of memory".into(),
            libc::SIGSEGV => "a memory access failed".into(),
            libc::SIGBUS => "a file it read was cut or the disk failed".into(),
            libc::SIGABRT => "a library gave up".into(),
            other => format!("signal {other}"),
        };
    }
    format!("exit code {}", status.code().unwrap_or(-1))
}
