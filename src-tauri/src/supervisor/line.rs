//! The line to the engine that runs now: requests that wait for their replies, and what to say when there is none.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{oneshot, watch};

use super::problem::Problem;
use crate::frames::{Frame, Kind};

/// A command may wait behind the start of the engine and the repair of a library.
const COMMAND_PATIENCE: Duration = Duration::from_secs(120);
const BYTES_PATIENCE: Duration = Duration::from_secs(15);

/// One life of the engine, as requests see it.
#[derive(Debug)]
pub struct Life(Mutex<Option<Living>>);

#[derive(Debug)]
struct Living {
    out: mpsc::Sender<Frame>,
    waiting: HashMap<u64, oneshot::Sender<Vec<u8>>>,
    last: u64,
}

impl Life {
    /// A life whose frames go to `out`.
    #[must_use]
    pub fn new(out: mpsc::Sender<Frame>) -> Self {
        let waiting = HashMap::new();
        Self(Mutex::new(Some(Living { out, waiting, last: 0 })))
    }

    fn ask(&self, kind: Kind, payload: Vec<u8>) -> Option<oneshot::Receiver<Vec<u8>>> {
        let mut life = self.0.lock();
        let living = life.as_mut()?;
        living.last += 1;
        let (answer, receiver) = oneshot::channel();
        living.waiting.insert(living.last, answer);
        let id = living.last;
        living.out.send(Frame { kind, id, payload }).ok()?;
        Some(receiver)
    }

    /// A reply arrived. One that nobody waits for any more is dropped.
    pub fn replied(&self, id: u64, payload: Vec<u8>) {
        let waiting = self.0.lock().as_mut().and_then(|living| living.waiting.remove(&id));
        if let Some(answer) = waiting {
            let _ = answer.send(payload);
        }
    }

    /// It is over: whoever waits hears it now, and the engine's input closes.
    pub fn end(&self) {
        self.0.lock().take();
    }
}

/// Whether there is an engine to talk to.
#[derive(Clone, Debug)]
pub enum State {
    /// It starts; requests wait.
    Starting,
    /// It runs.
    Open(Arc<Life>),
    /// It does not run, and this is why.
    Closed(Problem),
}

/// Requests to whichever engine runs.
#[derive(Clone, Debug)]
pub struct Line {
    state: watch::Sender<State>,
    /// How often the home was left.
    homes_left: Arc<AtomicU64>,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            state: watch::Sender::new(State::Starting),
            homes_left: Arc::default(),
        }
    }
}

impl Line {
    /// Tell requests what the engine does now.
    pub fn set(&self, state: State) {
        if let State::Open(life) = self.state.send_replace(state) {
            life.end();
        }
    }

    /// The next engine works in another home: requests that wait are not for it, their numbers mean other things there.
    pub fn leave_home(&self) {
        self.homes_left.fetch_add(1, Ordering::AcqRel);
    }

    /// What the engine does now.
    #[must_use]
    pub fn now(&self) -> State {
        self.state.borrow().clone()
    }

    /// Send a request and wait for its reply.
    pub async fn ask(&self, kind: Kind, payload: Vec<u8>) -> Result<Vec<u8>, Problem> {
        if payload.len() > kind.limit() {
            let (size, limit) = (payload.len(), kind.limit());
            return Err(Problem::refused(format!(
                "This has {size} bytes, the most is {limit}; make it shorter."
            )));
        }
        let patience = if kind == Kind::Command {
            COMMAND_PATIENCE
        } else {
            BYTES_PATIENCE
        };
        tokio::time::timeout(patience, self.asked(kind, payload))
            .await
            .unwrap_or_else(|_| Err(Problem::lost("The engine did not answer; wait, or restart it.")))
    }

    async fn asked(&self, kind: Kind, payload: Vec<u8>) -> Result<Vec<u8>, Problem> {
        let lost = || Problem::lost("The engine stopped before it answered; look at the queue before asking again.");
        let home = self.homes_left.load(Ordering::Acquire);
        let life = self.life().await?;
        if home != self.homes_left.load(Ordering::Acquire) {
            return Err(Problem::left());
        }
        let receiver = life.ask(kind, payload).ok_or_else(lost)?;
        drop(life);
        receiver.await.map_err(|_| lost())
    }

    async fn life(&self) -> Result<Arc<Life>, Problem> {
        let mut state = self.state.subscribe();
        let ready = state.wait_for(|state| !matches!(state, State::Starting)).await;
        match ready.as_deref() {
            Ok(State::Open(life)) => Ok(life.clone()),
            Ok(State::Closed(problem)) => Err(problem.clone()),
            _ => Err(Problem::lost("Darkroom is closing.")),
        }
    }
}
