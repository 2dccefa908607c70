//! The supervisor's thread. It lives as long as the window and starts every engine itself, because the kernel ties a
//! child's life to the thread that started it. Each life of the engine has a reading and a writing thread.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde::Deserialize;

use super::Engine;
use super::line::{Life, State};
use super::placement::{CANNOT_START, Placement, Running};
use super::policy::{Policy, Verdict};
use super::problem::Problem;
use super::process::{Process, ending};
use crate::frames::{Frame, Kind};

/// The engine drains for at most 3 s and flushes; then it is killed.
const FAREWELL: Duration = Duration::from_millis(4500);
/// Between the end of the frames and the end of the process.
const LAST_BREATH: Duration = Duration::from_secs(2);
const TICK: Duration = Duration::from_secs(1);

/// What the supervisor is told.
#[derive(Debug)]
pub(super) enum Word {
    /// The frames of this life ended.
    Ended(u64),
    Restart,
    /// Go on in another home, and tell the sender when the engine of this one has ended.
    Move(PathBuf, Sender<()>),
    Stop,
}

/// Why a life is over.
enum Reason {
    Died,
    Hung,
    Told(Word),
}

enum Next {
    Again,
    Ask,
    Stop,
}

pub(super) struct Supervisor {
    engine: Engine,
    placement: Box<dyn Placement>,
    heard: Receiver<Word>,
    ears: Ears,
    begun: Instant,
    lives: u64,
}

/// What the reading thread needs.
#[derive(Clone)]
struct Ears {
    policy: Arc<Mutex<Policy>>,
    events: Sender<String>,
    words: Sender<Word>,
    complaint: Arc<Mutex<Option<String>>>,
    /// Whether this life has come so far as to take jobs.
    takes_jobs: Arc<AtomicBool>,
    begun: Instant,
}

impl Supervisor {
    pub(super) fn new(engine: Engine, placement: Box<dyn Placement>, heard: Receiver<Word>) -> Self {
        let begun = Instant::now();
        let ears = Ears {
            policy: Arc::default(),
            events: engine.events.clone(),
            words: engine.words.clone(),
            complaint: Arc::default(),
            takes_jobs: Arc::default(),
            begun,
        };
        Self {
            engine,
            placement,
            heard,
            ears,
            begun,
            lives: 0,
        }
    }

    pub(super) fn run(mut self) {
        loop {
            let next = match self.live() {
                Next::Ask => self.asked(),
                next => next,
            };
            if matches!(next, Next::Stop) {
                break;
            }
            self.engine.line.set(State::Starting);
        }
        self.engine
            .line
            .set(State::Closed(Problem::lost("Darkroom is closing.")));
    }

    /// One life of the engine, from its start until what follows its end is decided.
    fn live(&mut self) -> Next {
        self.lives += 1;
        let running = match self.placement.start(&self.engine.home(), &self.engine.log) {
            Ok(running) => running,
            Err(error) => return self.give_up(format!("The engine cannot be started: {error}.")),
        };
        self.ears.policy.lock().started(self.begun.elapsed());
        self.ears.takes_jobs.store(false, Ordering::Relaxed);
        let Running {
            input,
            output,
            mut process,
        } = running;
        let (out, frames) = mpsc::channel();
        let life = Arc::new(Life::new(out));
        let (ears, number, talking) = (self.ears.clone(), self.lives, life.clone());
        let threads = spawn("frames out", move || write_frames(input, &frames))
            && spawn("frames in", move || ears.read_frames(output, &talking, number));
        self.engine.line.set(State::Open(life));
        let reason = if threads {
            self.watch(&mut process)
        } else {
            Reason::Died
        };
        // Ends the life for its requests and the writer, and with the writer the engine's input.
        self.engine.line.set(State::Starting);
        let told = matches!(reason, Reason::Told(_));
        let patience = if told { FAREWELL } else { LAST_BREATH };
        let status = process.as_mut().and_then(|process| process.reap(patience));
        if told && process.is_none() {
            self.outlive();
        }
        self.after(reason, status)
    }

    /// Wait until the engine ends, hangs, or is to do something else.
    fn watch(&mut self, process: &mut Option<Process>) -> Reason {
        loop {
            // Not before: its imports would slow down those of the engine.
            if self.ears.takes_jobs.load(Ordering::Relaxed) {
                self.placement.prepare(&self.engine.home(), &self.engine.log);
            }
            match self.heard.recv_timeout(TICK) {
                Ok(Word::Ended(life)) if life == self.lives => return Reason::Died,
                Ok(Word::Ended(_)) | Err(RecvTimeoutError::Timeout) => {}
                Ok(Word::Restart | Word::Move(..)) if !self.placement.again() => {}
                Ok(word) => return Reason::Told(word),
                Err(RecvTimeoutError::Disconnected) => return Reason::Told(Word::Stop),
            }
            if self.ears.policy.lock().hangs(self.begun.elapsed())
                && let Some(process) = process
            {
                let _ = process.kill();
                return Reason::Hung;
            }
        }
    }

    /// An engine in this process ends it when it has drained; nothing is left to do but to let it.
    fn outlive(&self) {
        let until = Instant::now() + FAREWELL;
        while let Ok(word) = self.heard.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if matches!(word, Word::Ended(_)) {
                break;
            }
        }
    }

    fn after(&mut self, reason: Reason, status: Option<ExitStatus>) -> Next {
        match reason {
            Reason::Told(word) => self.obey(word),
            Reason::Hung => self.died("it did not answer for a minute"),
            Reason::Died if !self.can_start_again(status) => {
                let complaint = self.ears.complaint.lock().take();
                self.give_up(complaint.unwrap_or_else(|| "The engine cannot start; look at its log.".into()))
            }
            Reason::Died => self.died(&ending(status)),
        }
    }

    fn can_start_again(&self, status: Option<ExitStatus>) -> bool {
        self.placement.again() && status.is_none_or(|status| status.code() != Some(CANNOT_START))
    }

    fn died(&mut self, why: &str) -> Next {
        self.engine.log.note(&format!("the engine stopped: {why}"));
        if !self.ears.takes_jobs.load(Ordering::Relaxed) {
            // Perhaps because of what it was forked from.
            self.placement.forget();
        }
        let verdict = self.ears.policy.lock().died(self.begun.elapsed());
        if verdict == Verdict::GiveUp {
            return self.give_up(format!(
                "The engine keeps stopping: {why}. Restart it, or look at its log."
            ));
        }
        let problem = Problem::lost(format!("The engine stopped: {why}. It starts again and goes on."));
        let _ = self.ears.events.send(problem.event("starting"));
        Next::Again
    }

    fn give_up(&mut self, sentence: String) -> Next {
        self.engine.log.note(&sentence);
        let problem = Problem::lost(sentence);
        let _ = self.ears.events.send(problem.event("stopping"));
        self.engine.line.set(State::Closed(problem));
        Next::Ask
    }

    /// Nothing runs; wait for somebody to decide.
    fn asked(&mut self) -> Next {
        loop {
            match self.heard.recv() {
                Ok(Word::Stop) | Err(_) => return Next::Stop,
                Ok(word @ (Word::Restart | Word::Move(..))) if self.placement.again() => return self.obey(word),
                Ok(_) => {}
            }
        }
    }

    fn obey(&mut self, word: Word) -> Next {
        match word {
            Word::Stop => return Next::Stop,
            Word::Move(home, left) => {
                self.engine.log.move_to(&home.join("logs"));
                self.engine.line.leave_home();
                *self.engine.home.lock() = home;
                let _ = left.send(());
            }
            Word::Restart | Word::Ended(_) => {}
        }
        self.placement.forget();
        self.ears.policy.lock().forgive();
        let _ = self
            .ears
            .events
            .send(r#"{"state":"starting","problem":null,"type":"engineChanged"}"#.into());
        Next::Again
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> bool {
    thread::Builder::new().name(name.into()).spawn(work).is_ok()
}

/// Writes until the life ends, then closes the engine's input, which is how an engine is told to end.
fn write_frames(mut input: impl Write, frames: &Receiver<Frame>) {
    for frame in frames {
        if frame.write(&mut input).is_err() {
            return;
        }
    }
}

impl Ears {
    fn read_frames(self, mut output: impl Read, life: &Life, number: u64) {
        while let Ok(Some(frame)) = Frame::read(&mut output) {
            self.hear(frame, life);
        }
        let _ = self.words.send(Word::Ended(number));
    }

    fn hear(&self, frame: Frame, life: &Life) {
        let now = self.begun.elapsed();
        self.policy.lock().heard(now);
        match frame.kind {
            Kind::Answer | Kind::PreviewReply | Kind::PictureReply => life.replied(frame.id, frame.payload),
            Kind::Heartbeat => self.policy.lock().beat(now, lag(&frame.payload)),
            Kind::Event => self.event(frame.payload),
            Kind::Command | Kind::PreviewRequest | Kind::PictureRequest => {}
        }
    }

    fn event(&self, payload: Vec<u8>) {
        self.policy.lock().event(&payload);
        if let Some(told) = Told::of(&payload) {
            if ["ready", "working"].contains(&told.state.as_str()) {
                self.takes_jobs.store(true, Ordering::Relaxed);
            }
            if let Some(problem) = told.problem {
                *self.complaint.lock() = Some(problem.message);
            }
        }
        if let Ok(event) = String::from_utf8(payload) {
            let _ = self.events.send(event);
        }
    }
}

fn lag(payload: &[u8]) -> Duration {
    let milliseconds = payload.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    Duration::from_millis(milliseconds.into())
}

/// What an engine says about itself: `EngineChanged` of `messages.py`.
#[derive(Deserialize)]
struct Told {
    state: String,
    problem: Option<Complaint>,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Complaint {
    message: String,
}

impl Told {
    fn of(event: &[u8]) -> Option<Self> {
        // Job events are the frequent ones and hold whole requests; they are not looked into.
        if event.starts_with(br#"{"job""#) {
            return None;
        }
        let told: Self = serde_json::from_slice(event).ok()?;
        (told.kind == "engineChanged").then_some(told)
    }
}
