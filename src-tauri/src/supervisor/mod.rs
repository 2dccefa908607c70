//! Keeps an engine running beside the window: starts it, listens for its heartbeat, restarts it, stops and asks.

pub mod line;
pub mod placement;
pub mod policy;
pub mod problem;
pub mod process;
#[cfg(target_os = "linux")]
mod spare;
#[cfg(all(test, unix))]
mod tests;
mod watch;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use parking_lot::Mutex;

use self::line::{Line, State};
use self::placement::Placement;
use self::watch::{Supervisor, Word};
use crate::log::EngineLog;

/// The window's side of the engine; cheap to clone.
#[derive(Clone, Debug)]
pub struct Engine {
    /// Requests to the engine that runs.
    pub line: Line,
    /// What it wrote and what became of it.
    pub log: Arc<EngineLog>,
    home: Arc<Mutex<PathBuf>>,
    words: Sender<Word>,
    events: Sender<String>,
}

/// Ends when the engine has ended after `Engine::stop`.
pub type Watching = JoinHandle<()>;

impl Engine {
    /// Start an engine and keep it running. Events, and what the shell says about the engine, go to `events` as JSON.
    pub fn start(home: PathBuf, placement: Box<dyn Placement>, events: Sender<String>) -> io::Result<(Self, Watching)> {
        let (words, heard) = mpsc::channel();
        let log = Arc::new(EngineLog::new(&home.join("logs")));
        let engine = Self {
            line: Line::default(),
            log,
            home: Arc::new(Mutex::new(home)),
            words,
            events,
        };
        let supervisor = Supervisor::new(engine.clone(), placement, heard);
        let watching = thread::Builder::new()
            .name("supervisor".into())
            .spawn(move || supervisor.run())?;
        Ok((engine, watching))
    }

    /// The folder the engine works in.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.home.lock().clone()
    }

    /// Say again why there is no engine, to a page that was not there when it was said.
    pub fn repeat(&self) {
        if let State::Closed(problem) = self.line.now() {
            let _ = self.events.send(problem.event("stopping"));
        }
    }

    /// End the engine in order and start it again.
    pub fn restart(&self) {
        let _ = self.words.send(Word::Restart);
    }

    /// Go on in another folder. Returns once the engine of this one has ended; false when no other can follow it.
    #[must_use]
    pub fn move_to(&self, home: PathBuf) -> bool {
        let (left, heard) = mpsc::channel();
        self.words.send(Word::Move(home, left)).is_ok() && heard.recv().is_ok()
    }

    /// End the engine in order, for good.
    pub fn stop(&self) {
        let _ = self.words.send(Word::Stop);
    }
}
