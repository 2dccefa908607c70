//! The window's end of the spare: a process that has imported everything, kept to fork the next engine from.
//!
//! The messages are those of `darkroom/bridge/spare.py`. A spare is a convenience: whatever goes wrong with it, the
//! engine is started from nothing.

use std::ffi::OsString;
use std::fs;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustix::net::{
    AddressFamily, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recv,
    sendmsg, socketpair, sockopt,
};

use super::placement::{Running, beside_the_window, keep_log};
use super::policy::DEATHS;
use super::process::{Forked, Process};
use crate::log::EngineLog;

/// A fork takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);
const MESSAGE_BYTES: usize = 128;
/// A spare holds some 400 MiB that a model could need.
const PLENTY_KIB: u64 = 3 << 20;

/// At most one spare, replaced when it dies.
#[derive(Debug)]
pub(super) struct Spares {
    program: OsString,
    arguments: Vec<OsString>,
    now: Option<Spare>,
    deaths: usize,
    memory_is_plenty: fn() -> bool,
}

impl Spares {
    pub(super) fn new(program: OsString, arguments: Vec<OsString>) -> Self {
        Self {
            program,
            arguments,
            now: None,
            deaths: 0,
            memory_is_plenty,
        }
    }

    /// See that there is a spare for engines of `home`. After three that died there is none any more.
    pub(super) fn keep_one(&mut self, home: &Path, log: &Arc<EngineLog>) {
        if let Err(error) = self.look(log) {
            self.lose(&error, log);
        }
        if self.now.is_some() || self.deaths >= DEATHS || !(self.memory_is_plenty)() {
            return;
        }
        match Spare::start(&self.program, &self.arguments, home, log) {
            Ok(spare) => self.now = Some(spare),
            Err(error) => self.lose(&error, log),
        }
    }

    /// Hear what the spare says about itself; an error when it is of no use any more.
    fn look(&mut self, log: &EngineLog) -> io::Result<()> {
        let Some(spare) = &mut self.now else { return Ok(()) };
        if spare.process.try_wait()?.is_some() {
            return Err(io::Error::other("it ended"));
        }
        if !spare.ready && spare.is_ready()? {
            log.note("a spare engine stands by");
        }
        Ok(())
    }

    /// An engine of `home` out of the spare; none when there is no spare that has imported everything.
    pub(super) fn engine(&mut self, home: &Path, log: &Arc<EngineLog>) -> Option<Running> {
        let spare = self.now.as_mut().filter(|spare| spare.home == home)?;
        match spare
            .is_ready()
            .and_then(|ready| ready.then(|| spare.fork(log)).transpose())
        {
            Ok(running) => running,
            Err(error) => {
                self.lose(&error, log);
                None
            }
        }
    }

    /// The next spare starts anew, and so does the next engine.
    pub(super) fn forget(&mut self) {
        self.now = None;
        self.deaths = 0;
    }

    fn lose(&mut self, why: &io::Error, log: &EngineLog) {
        log.note(&format!("there is no spare engine: {why}"));
        self.now = None;
        self.deaths += 1;
    }
}

#[derive(Debug)]
struct Spare {
    process: Child,
    control: OwnedFd,
    home: PathBuf,
    ready: bool,
}

impl Spare {
    /// Begin to import, on what the processor has left.
    fn start(program: &OsString, arguments: &[OsString], home: &Path, log: &Arc<EngineLog>) -> io::Result<Self> {
        let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        sockopt::set_socket_timeout(&ours, sockopt::Timeout::Recv, Some(PATIENCE))?;
        let mut command = Command::new(program);
        command.args(arguments).arg("--home").arg(home);
        command.stdin(theirs).stdout(Stdio::null()).stderr(Stdio::piped());
        beside_the_window(&mut command);
        let mut process = command.spawn()?;
        if let Some(errors) = process.stderr.take() {
            keep_log(errors, log)?;
        }
        Ok(Self::of(process, ours, home))
    }

    fn of(process: Child, control: OwnedFd, home: &Path) -> Self {
        Self {
            process,
            control,
            home: home.to_owned(),
            ready: false,
        }
    }

    fn is_ready(&mut self) -> io::Result<bool> {
        if !self.ready {
            self.ready = match self.hear(RecvFlags::DONTWAIT) {
                Ok(message) => message == "ready",
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => false,
                Err(error) => return Err(error),
            };
        }
        Ok(self.ready)
    }

    /// An engine as a child of this process, with pipes of its own.
    fn fork(&mut self, log: &Arc<EngineLog>) -> io::Result<Running> {
        let ((stdin, input), (output, stdout), (errors, stderr)) = (io::pipe()?, io::pipe()?, io::pipe()?);
        let streams = [stdin.as_fd(), stdout.as_fd(), stderr.as_fd()];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
        let mut attached = SendAncillaryBuffer::new(&mut space);
        attached.push(SendAncillaryMessage::ScmRights(&streams));
        let request = [IoSlice::new(self.home.as_os_str().as_bytes())];
        sendmsg(&self.control, &request, &mut attached, SendFlags::NOSIGNAL)?;
        let answer = self.hear(RecvFlags::empty())?;
        let number = answer.strip_prefix("started ").and_then(|number| number.parse().ok());
        let forked = Forked::adopt(number.ok_or(io::ErrorKind::InvalidData)?)?;
        keep_log(errors, log)?;
        Ok(Running {
            input: Box::new(input),
            output: Box::new(output),
            process: Some(Process::Forked(forked)),
        })
    }

    /// One message. The descriptor that may come with it stays in the kernel: a child's number is enough for its parent.
    fn hear(&self, flags: RecvFlags) -> io::Result<String> {
        let mut message = [0; MESSAGE_BYTES];
        let (size, _) = recv(&self.control, &mut message, flags)?;
        if size == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(String::from_utf8_lossy(&message[..size.min(MESSAGE_BYTES)]).into_owned())
    }
}

/// While it imports it would not notice that its socket closes.
impl Drop for Spare {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn memory_is_plenty() -> bool {
    let told = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    available_kib(&told).is_none_or(|available| available >= PLENTY_KIB)
}

fn available_kib(told: &str) -> Option<u64> {
    let line = told.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim_end_matches("kB").trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::{IoSliceMut, Read, Write};
    use std::thread::{self, JoinHandle};

    use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, recvmsg, send};

    use super::*;

    /// Says what a spare says on the other end of the socket, with `script` as the engine it forks.
    // By its number, the test waits for the engine.
    #[allow(clippy::zombie_processes)]
    fn stand_in(control: OwnedFd, script: &'static str) -> JoinHandle<()> {
        let say = |control: &OwnedFd, text: &str| send(control, text.as_bytes(), SendFlags::NOSIGNAL).unwrap();
        thread::spawn(move || {
            say(&control, "ready");
            let (mut asked, mut space) = ([0; 256], [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))]);
            let mut attached = RecvAncillaryBuffer::new(&mut space);
            recvmsg(
                &control,
                &mut [IoSliceMut::new(&mut asked)],
                &mut attached,
                RecvFlags::empty(),
            )
            .unwrap();
            let mut streams = attached.drain().flat_map(|message| match message {
                RecvAncillaryMessage::ScmRights(descriptors) => descriptors.collect(),
                _ => Vec::new(),
            });
            let mut command = Command::new("/bin/sh");
            command.args(["-c", script]);
            command.stdin(streams.next().unwrap()).stdout(streams.next().unwrap());
            let engine = command.stderr(streams.next().unwrap()).spawn().unwrap();
            say(&control, &format!("started {}", engine.id()));
        })
    }

    fn spares(home: &Path, control: OwnedFd) -> Spares {
        let process = Command::new("/bin/cat").stdin(Stdio::piped()).spawn().unwrap();
        let mut spares = Spares::new("/bin/false".into(), Vec::new());
        spares.now = Some(Spare::of(process, control, home));
        spares
    }

    fn pair() -> (OwnedFd, OwnedFd) {
        socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None).unwrap()
    }

    fn log() -> Arc<EngineLog> {
        Arc::new(EngineLog::new(Path::new("/nonexistent/logs")))
    }

    /// The spare has said something by now.
    fn heard(spares: &mut Spares) {
        while !spares.now.as_mut().unwrap().is_ready().unwrap() {
            thread::yield_now();
        }
    }

    #[test]
    fn an_engine_out_of_the_spare_talks_through_its_pipes_and_is_waited_for() {
        let (ours, theirs) = pair();
        let spare = stand_in(theirs, "cat; exit 7");
        let mut spares = spares(Path::new("/h"), ours);
        heard(&mut spares);
        let Running {
            mut input,
            mut output,
            process,
        } = spares.engine(Path::new("/h"), &log()).unwrap();
        spare.join().unwrap();
        input.write_all(b"frames").unwrap();
        drop(input);
        let mut said = String::new();
        output.read_to_string(&mut said).unwrap();
        assert_eq!(said, "frames");
        assert_eq!(process.unwrap().reap(PATIENCE).unwrap().code(), Some(7));
        assert!(spares.now.is_some(), "the spare stays for the next");
    }

    #[test]
    fn a_killed_engine_out_of_the_spare_tells_its_signal() {
        use std::os::unix::process::ExitStatusExt;
        let (ours, theirs) = pair();
        let spare = stand_in(theirs, "kill -SEGV $$");
        let mut spares = spares(Path::new("/h"), ours);
        heard(&mut spares);
        let mut process = spares.engine(Path::new("/h"), &log()).unwrap().process.unwrap();
        spare.join().unwrap();
        assert_eq!(process.reap(PATIENCE).unwrap().signal(), Some(libc::SIGSEGV));
        process.kill().unwrap();
    }

    #[test]
    fn without_a_ready_spare_of_this_home_there_is_no_engine_out_of_it() {
        let (ours, theirs) = pair();
        let mut spares = spares(Path::new("/h"), ours);
        assert!(spares.engine(Path::new("/h"), &log()).is_none(), "it still imports");
        send(&theirs, b"ready", SendFlags::NOSIGNAL).unwrap();
        assert!(spares.engine(Path::new("/other"), &log()).is_none());
        assert!(spares.now.is_some());
        drop(theirs);
        assert!(spares.engine(Path::new("/h"), &log()).is_none(), "it is gone");
        assert!(spares.now.is_none());
    }

    #[test]
    fn an_answer_that_names_no_child_of_ours_is_not_believed() {
        let (ours, theirs) = pair();
        let mut spares = spares(Path::new("/h"), ours);
        for answer in ["ready", "started 1"] {
            send(&theirs, answer.as_bytes(), SendFlags::NOSIGNAL).unwrap();
        }
        assert!(spares.engine(Path::new("/h"), &log()).is_none());
    }

    #[test]
    fn a_spare_that_keeps_dying_is_not_started_a_fourth_time() {
        let log = log();
        let mut spares = Spares::new("/bin/false".into(), Vec::new());
        spares.memory_is_plenty = || true;
        while spares.deaths < DEATHS {
            spares.keep_one(Path::new("/h"), &log);
        }
        spares.keep_one(Path::new("/h"), &log);
        assert!(spares.now.is_none());
        assert_eq!(log.tail().lines().count(), DEATHS);
        spares.forget();
        spares.keep_one(Path::new("/h"), &log);
        assert!(spares.now.is_some(), "asked for again");
    }

    #[test]
    fn without_plenty_of_memory_there_is_no_spare() {
        let mut spares = Spares::new("/bin/cat".into(), Vec::new());
        spares.memory_is_plenty = || false;
        spares.keep_one(Path::new("/h"), &log());
        assert!(spares.now.is_none());
        assert_eq!(spares.deaths, 0);
    }

    #[test]
    fn the_available_memory_is_read_in_kibibytes() {
        let told = "MemTotal:       24689764 kB\nMemAvailable:   22204272 kB\nBuffers: 1 kB\n";
        assert_eq!(available_kib(told), Some(22_204_272));
        assert_eq!(available_kib("MemTotal: 1 kB"), None);
    }
}
