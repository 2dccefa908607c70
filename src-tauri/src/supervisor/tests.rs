//! The supervisor with real processes: shells that live and die like engines.

// What is around the tests is a test, too.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::future::{Future, poll_fn};
use std::io::{self, PipeReader};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::task::Poll;
use std::time::Duration;

use super::line::{Life, Line, State};
use super::placement::{ChildProcess, Placement, Running};
use super::policy::DEATHS;
use super::problem::Problem;
use super::{Engine, Watching};
use crate::frames::{Frame, Kind};
use crate::log::EngineLog;

const PATIENCE: Duration = Duration::from_secs(30);

struct Watched {
    engine: Engine,
    watching: Watching,
    events: Receiver<String>,
    home: tempfile::TempDir,
}

impl Watched {
    /// `script` run by a shell as the engine; `HOME_FOLDER` in it is the home folder.
    fn new(script: &str) -> Self {
        Self::placed(script, |shell| Box::new(shell))
    }

    fn placed(script: &str, placement: impl FnOnce(ChildProcess) -> Box<dyn Placement>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let script = script.replace("HOME_FOLDER", home.path().to_str().unwrap());
        let arguments = vec!["-c".into(), script.into()];
        let placement = placement(ChildProcess::new("/bin/sh".into(), arguments));
        let (told, events) = mpsc::channel();
        let (engine, watching) = Engine::start(home.path().to_owned(), placement, told).unwrap();
        Self {
            engine,
            watching,
            events,
            home,
        }
    }

    fn event(&self) -> serde_json::Value {
        serde_json::from_str(&self.events.recv_timeout(PATIENCE).unwrap()).unwrap()
    }

    fn ask(&self) -> Result<Vec<u8>, Problem> {
        tauri::async_runtime::block_on(self.engine.line.ask(Kind::Command, b"{}".to_vec()))
    }

    fn stop(self) -> tempfile::TempDir {
        self.engine.stop();
        self.watching.join().unwrap();
        self.home
    }
}

/// A shell command that writes `frame`.
fn print(frame: &Frame) -> String {
    let octal = frame
        .encode()
        .unwrap()
        .iter()
        .fold(String::new(), |text, byte| format!("{text}\\{byte:03o}"));
    format!("printf '{octal}'")
}

fn event(json: &str) -> Frame {
    Frame {
        kind: Kind::Event,
        id: 0,
        payload: json.into(),
    }
}

#[test]
fn an_engine_that_keeps_dying_is_started_three_times_and_then_asked_about() {
    let watched = Watched::new("echo x >> HOME_FOLDER/starts; kill -SEGV $$");
    let states: Vec<_> = (0..3)
        .map(|_| watched.event()["state"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(states, ["starting", "starting", "stopping"]);
    let refused = watched.ask().unwrap_err();
    assert_eq!(refused.code, "engine-lost");
    assert!(
        refused.message.contains("a memory access failed"),
        "{}",
        refused.message
    );
    let home = watched.stop();
    assert_eq!(
        fs::read_to_string(home.path().join("starts")).unwrap().lines().count(),
        3
    );
}

#[test]
fn an_engine_that_gets_on_between_its_deaths_is_started_every_time() {
    let saved = event(r#"{"job":1,"seq":1,"picture":{},"type":"pictureSaved"}"#);
    let watched = Watched::new(&format!("{}; exit 1", print(&saved)));
    let told = (0..4 * DEATHS).map(|_| watched.event());
    assert!(
        told.filter(|event| event["type"] == "engineChanged")
            .all(|event| event["state"] == "starting")
    );
    watched.stop();
}

/// Counts how often what the next engine could come from was given up.
struct Counted(ChildProcess, Arc<AtomicUsize>);

impl Placement for Counted {
    fn start(&mut self, home: &Path, log: &Arc<EngineLog>) -> io::Result<Running> {
        self.0.start(home, log)
    }

    fn forget(&mut self) {
        self.1.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn what_an_engine_came_from_that_never_took_jobs_is_not_used_again() {
    let ready = event(r#"{"state":"ready","problem":null,"type":"engineChanged"}"#);
    // Only the first comes so far as to take jobs.
    let once = "test -e HOME_FOLDER/once && exit 1; echo > HOME_FOLDER/once";
    let forgotten = Arc::new(AtomicUsize::default());
    let watched = Watched::placed(&format!("{once}; {}; exit 1", print(&ready)), |shell| {
        Box::new(Counted(shell, forgotten.clone()))
    });
    for state in ["ready", "starting", "starting", "stopping"] {
        assert_eq!(watched.event()["state"], state);
    }
    assert_eq!(forgotten.load(Ordering::Relaxed), 2);
    watched.stop();
}

#[test]
fn asking_for_the_engine_starts_it_again_after_giving_up() {
    let watched = Watched::new("exit 1");
    while watched.event()["state"] != "stopping" {}
    watched.engine.restart();
    assert_eq!(watched.event()["problem"], serde_json::Value::Null);
    assert_eq!(watched.event()["state"], "starting");
    watched.stop();
}

#[test]
fn an_engine_that_cannot_start_says_why_and_is_not_started_again() {
    let complaint = event(&Problem::lost("There is no Python environment.").event("stopping"));
    let watched = Watched::new(&format!("echo x >> HOME_FOLDER/starts; {}; exit 78", print(&complaint)));
    assert_eq!(watched.event()["problem"]["message"], "There is no Python environment.");
    assert_eq!(watched.event()["state"], "stopping");
    assert_eq!(watched.ask().unwrap_err().message, "There is no Python environment.");
    let home = watched.stop();
    assert_eq!(fs::read_to_string(home.path().join("starts")).unwrap(), "x\n");
}

#[test]
fn a_program_that_is_not_there_is_said() {
    let (told, events) = mpsc::channel();
    let placement = ChildProcess::new("/nonexistent/darkroom".into(), Vec::new());
    let (engine, watching) = Engine::start("/nonexistent".into(), Box::new(placement), told).unwrap();
    assert!(events.recv_timeout(PATIENCE).unwrap().contains("cannot be started"));
    engine.stop();
    watching.join().unwrap();
}

#[test]
fn a_request_whose_engine_dies_is_refused_and_not_forgotten() {
    // Dies as soon as the first byte of the request arrives.
    let watched = Watched::new("head -c 1 >/dev/null; kill -KILL $$");
    let refused = watched.ask().unwrap_err();
    assert_eq!(refused.code, "engine-lost");
    watched.stop();
}

#[test]
fn events_pass_in_order_and_answers_find_their_request() {
    let answer = Frame {
        kind: Kind::Answer,
        id: 1,
        payload: b"{\"type\":\"accepted\"}".to_vec(),
    };
    let frames = [event("{\"n\":1}"), event("{\"n\":2}"), answer];
    let said = frames.iter().map(print).collect::<Vec<_>>().join(";");
    let watched = Watched::new(&format!("head -c 1 >/dev/null; {said}; cat >/dev/null"));
    assert_eq!(watched.ask().unwrap(), b"{\"type\":\"accepted\"}");
    assert_eq!(watched.event()["n"], 1);
    assert_eq!(watched.event()["n"], 2);
    watched.stop();
}

#[test]
fn stopping_closes_the_engines_input_and_waits_for_its_end() {
    let watched = Watched::new("cat >/dev/null; echo drained > HOME_FOLDER/drained");
    // Not stopped before the engine runs.
    while !is_running(&watched) {}
    let home = watched.stop();
    assert_eq!(fs::read_to_string(home.path().join("drained")).unwrap(), "drained\n");
}

fn is_running(watched: &Watched) -> bool {
    matches!(watched.engine.line.now(), State::Open(_))
}

#[test]
fn an_engine_that_beats_but_whose_loop_is_stuck_is_replaced() {
    let stuck = Frame {
        kind: Kind::Heartbeat,
        id: 0,
        payload: 60_000_u32.to_le_bytes().to_vec(),
    };
    let watched = Watched::new(&format!("{}; cat >/dev/null", print(&stuck)));
    let said = watched.event();
    assert_eq!(said["state"], "starting");
    let why = said["problem"]["message"].as_str().unwrap();
    assert!(why.contains("did not answer for a minute"), "{why}");
    watched.stop();
}

#[test]
fn what_the_engine_prints_is_in_its_log_and_in_the_file() {
    let watched = Watched::new("echo a line of the log >&2; kill -ABRT $$");
    while watched.event()["state"] != "stopping" {}
    let tail = watched.engine.log.tail();
    assert!(tail.contains("a line of the log"), "{tail}");
    assert!(tail.contains("a library gave up"), "{tail}");
    let home = watched.stop();
    let file = fs::read_to_string(home.path().join("logs/engine.log")).unwrap();
    assert!(file.contains("a line of the log"));
}

#[test]
fn a_very_long_line_of_the_engines_is_logged_to_its_end() {
    let watched = Watched::new("printf '%020000d the end' 0 >&2; kill -ABRT $$");
    while watched.event()["state"] != "stopping" {}
    assert!(watched.engine.log.tail().contains("the end"));
    watched.stop();
}

#[test]
fn another_home_is_taken_by_the_next_engine() {
    let other = tempfile::tempdir().unwrap();
    // `$1` is the home folder: `sh -c SCRIPT --home HOME`.
    let watched = Watched::new("cat >/dev/null; echo here > \"$1/used\"");
    while !is_running(&watched) {}
    assert!(watched.engine.move_to(other.path().to_owned()));
    assert_eq!(watched.event()["type"], "engineChanged");
    assert_eq!(watched.engine.home(), other.path());
    while !is_running(&watched) {}
    let home = watched.stop();
    assert!(Path::new(&home.path().join("used")).exists() && other.path().join("used").exists());
}

#[test]
fn what_waits_for_an_engine_is_not_for_that_of_another_home() {
    let line = Line::default();
    let (out, frames) = mpsc::channel();
    let refused = tauri::async_runtime::block_on(async {
        let mut asking = pin!(line.ask(Kind::Command, b"{}".to_vec()));
        let waits = poll_fn(|context| Poll::Ready(asking.as_mut().poll(context).is_pending())).await;
        assert!(waits);
        line.leave_home();
        line.set(State::Open(Arc::new(Life::new(out))));
        asking.await.unwrap_err()
    });
    assert_eq!(refused, Problem::left());
    assert!(frames.try_recv().is_err());
}

/// An engine in this process, which lives until the other end of the pipe is closed.
struct Inside(Option<PipeReader>);

impl Placement for Inside {
    fn start(&mut self, _home: &Path, _log: &Arc<EngineLog>) -> io::Result<Running> {
        Ok(Running {
            input: Box::new(io::sink()),
            output: Box::new(self.0.take().ok_or(io::ErrorKind::NotFound)?),
            process: None,
        })
    }

    fn again(&self) -> bool {
        false
    }
}

#[test]
fn a_window_whose_inline_engine_has_just_died_can_be_closed() {
    let (output, life) = io::pipe().unwrap();
    let (told, events) = mpsc::channel();
    let (engine, _watching) = Engine::start("/nonexistent".into(), Box::new(Inside(Some(output))), told).unwrap();
    while !matches!(engine.line.now(), State::Open(_)) {}
    drop(life);
    while matches!(engine.line.now(), State::Open(_)) {}
    engine.stop();
    drop(engine);
    // Whoever could still tell something holds the other end.
    let end = loop {
        if let Err(end) = events.recv_timeout(PATIENCE) {
            break end;
        }
    };
    assert_eq!(end, RecvTimeoutError::Disconnected);
}

#[test]
fn bytes_that_are_no_frames_are_the_end_of_that_engine() {
    let watched = Watched::new("echo 'Traceback (most recent call last): and more'; cat >/dev/null");
    assert_eq!(watched.event()["state"], "starting");
    watched.stop();
}
