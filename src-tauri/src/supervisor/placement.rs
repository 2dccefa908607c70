//! Where the engine runs: in a child process, or inline in the window's own. Only the ends of the pipes differ.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use super::process::Process;
#[cfg(target_os = "linux")]
use super::spare::Spares;
use crate::log::{EngineLog, LINE_BYTES};

/// The exit code of an engine that cannot start as things are: starting it again would not help.
pub const CANNOT_START: i32 = 78;

/// A running engine.
pub struct Running {
    /// Frames to it; it ends when this is dropped.
    pub input: Box<dyn Write + Send>,
    /// Frames from it; the end of the stream is its death.
    pub output: Box<dyn Read + Send>,
    /// The process, to be waited for or killed; none when it runs in this one.
    pub process: Option<Process>,
}

/// A way to start an engine. All of it happens on the supervisor's thread.
pub trait Placement: Send {
    /// Start the engine of `home`. On Linux it dies with the thread that calls this.
    fn start(&mut self, home: &Path, log: &Arc<EngineLog>) -> io::Result<Running>;

    /// Whether an engine that ended can be followed by another.
    fn again(&self) -> bool {
        true
    }

    /// Prepare for the end of the engine that runs. Called each second once that engine takes jobs.
    fn prepare(&mut self, _home: &Path, _log: &Arc<EngineLog>) {}

    /// What was prepared is not to be trusted, or is for another home: start the next engine from nothing.
    fn forget(&mut self) {}
}

/// A program as the engine, and perhaps a spare to fork its successors from.
#[derive(Debug)]
pub struct ChildProcess {
    program: OsString,
    arguments: Vec<OsString>,
    #[cfg(target_os = "linux")]
    spares: Option<Spares>,
}

impl ChildProcess {
    /// `program` with `arguments` before the home folder.
    #[must_use]
    pub fn new(program: OsString, arguments: Vec<OsString>) -> Self {
        Self {
            program,
            arguments,
            #[cfg(target_os = "linux")]
            spares: None,
        }
    }

    /// The same program with these arguments is its spare. There is one on Linux only.
    #[must_use]
    pub fn with_spare(mut self, arguments: Vec<OsString>) -> Self {
        #[cfg(target_os = "linux")]
        {
            self.spares = Some(Spares::new(self.program.clone(), arguments));
        }
        #[cfg(not(target_os = "linux"))]
        let _ = (&mut self, arguments);
        self
    }

    fn start_from_nothing(&self, home: &Path, log: &Arc<EngineLog>) -> io::Result<Running> {
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
        keep_log(errors, log)?;
        Ok(Running {
            input: Box::new(input),
            output: Box::new(output),
            process: Some(Process::Started(child)),
        })
    }
}

impl Placement for ChildProcess {
    fn start(&mut self, home: &Path, log: &Arc<EngineLog>) -> io::Result<Running> {
        #[cfg(target_os = "linux")]
        if let Some(running) = self.spares.as_mut().and_then(|spares| spares.engine(home, log)) {
            return Ok(running);
        }
        self.start_from_nothing(home, log)
    }

    #[cfg(target_os = "linux")]
    fn prepare(&mut self, home: &Path, log: &Arc<EngineLog>) {
        if let Some(spares) = &mut self.spares {
            spares.keep_one(home, log);
        }
    }

    #[cfg(target_os = "linux")]
    fn forget(&mut self) {
        if let Some(spares) = &mut self.spares {
            spares.forget();
        }
    }
}

/// A Ctrl-C in the terminal is the window's: the engine ends with its pipe, in order.
#[cfg(unix)]
pub(super) fn beside_the_window(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
pub(super) fn beside_the_window(_command: &mut Command) {}

/// Copy what comes out of `errors` into the log, on a thread that ends with it.
pub(super) fn keep_log(errors: impl Read + Send + 'static, log: &Arc<EngineLog>) -> io::Result<()> {
    let log = log.clone();
    thread::Builder::new()
        .name("engine log".into())
        .spawn(move || copy_lines(errors, &log))
        .map(drop)
}

fn copy_lines(errors: impl Read, log: &EngineLog) {
    let mut errors = BufReader::new(errors);
    let mut line = Vec::new();
    // Progress bars are drawn over and over in one line that never ends.
    while (&mut errors)
        .take(LINE_BYTES as u64)
        .read_until(b'\n', &mut line)
        .is_ok_and(|size| size > 0)
    {
        log.line(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
}
