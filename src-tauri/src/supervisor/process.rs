//! An engine's process: waited for, killed, and how it ended.

use std::io;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

const LOOK: Duration = Duration::from_millis(5);

/// A child of this process.
#[derive(Debug)]
pub enum Process {
    /// Started by this process itself.
    Started(Child),
    /// Made this process's child by the spare that forked it.
    #[cfg(target_os = "linux")]
    Forked(Forked),
}

impl Process {
    /// How it ended, if it has.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        match self {
            Self::Started(child) => child.try_wait(),
            #[cfg(target_os = "linux")]
            Self::Forked(forked) => forked.try_wait(),
        }
    }

    /// Kill it, whatever it does.
    pub fn kill(&mut self) -> io::Result<()> {
        match self {
            Self::Started(child) => child.kill(),
            #[cfg(target_os = "linux")]
            Self::Forked(forked) => forked.kill(),
        }
    }

    /// Wait for it for at most `patience`, then kill it. `None` when it had to be killed.
    pub fn reap(&mut self, patience: Duration) -> Option<ExitStatus> {
        if let Some(status) = self.wait_for(patience) {
            return Some(status);
        }
        let _ = self.kill();
        // A process in the middle of a disk's answer dies only after it.
        self.wait_for(patience);
        None
    }

    fn wait_for(&mut self, patience: Duration) -> Option<ExitStatus> {
        let until = Instant::now() + patience;
        loop {
            match self.try_wait() {
                Ok(None) if Instant::now() < until => thread::sleep(LOOK),
                Ok(status) => return status,
                Err(_) => return None,
            }
        }
    }
}

/// A child by its number, which stays its own until it has been waited for.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub struct Forked {
    number: rustix::process::Pid,
    ended: Option<ExitStatus>,
}

#[cfg(target_os = "linux")]
impl Forked {
    /// The child of this number; an error when this process has no such child.
    pub fn adopt(number: i32) -> io::Result<Self> {
        let number = rustix::process::Pid::from_raw(number).ok_or(io::ErrorKind::InvalidData)?;
        let mut forked = Self { number, ended: None };
        forked.try_wait()?;
        Ok(forked)
    }

    fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        use std::os::unix::process::ExitStatusExt;
        if self.ended.is_none()
            && let Some((_, status)) =
                rustix::process::waitpid(Some(self.number), rustix::process::WaitOptions::NOHANG)?
        {
            self.ended = Some(ExitStatus::from_raw(status.as_raw()));
        }
        Ok(self.ended)
    }

    fn kill(&mut self) -> io::Result<()> {
        if self.try_wait()?.is_none() {
            rustix::process::kill_process(self.number, rustix::process::Signal::KILL)?;
        }
        Ok(())
    }
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

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_process_that_does_not_end_in_time_is_killed() {
        let cat = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let mut process = Process::Started(cat);
        assert_eq!(process.reap(Duration::ZERO), None);
        let ended = process.wait_for(Duration::from_secs(30)).unwrap();
        assert_eq!(ended.signal(), Some(libc::SIGKILL));
    }
}
