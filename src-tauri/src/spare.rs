//! `darkroom spare`: an interpreter that has imported everything and forks an engine when the window asks for one.
//!
//! No thread may run before the fork: the heartbeat begins in the engine. What the shell applies to an engine (its
//! environment, no network) is applied to the spare, and a fork inherits it; only the tie to the window is not inherited.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use crate::engine;
use crate::interpreter::{self, Purpose};
use crate::supervisor::placement::CANNOT_START;

const MEMORY_SCORE: &str = "/proc/self/oom_score_adj";
/// When memory runs out, the kernel is to end the spare before anything else.
const FIRST_TO_GO: &str = "1000";

/// Stand by for engines of `home`, with the window's socket as stdin. Returns neither here nor in the engines.
pub fn run(home: &Path) -> ! {
    engine::die_with_parent();
    let score = fs::read_to_string(MEMORY_SCORE).ok();
    let _ = fs::write(MEMORY_SCORE, FIRST_TO_GO);
    match forked() {
        Ok(asked) => {
            if let Some(score) = score {
                let _ = fs::write(MEMORY_SCORE, score);
            }
            beside_the_spare();
            engine::run(asked.as_deref().unwrap_or(home), || Ok(()))
        }
        Err(sentence) => {
            eprintln!("{sentence}");
            process::exit(CANNOT_START);
        }
    }
}

fn forked() -> Result<Option<PathBuf>, String> {
    engine::begin(Purpose::Engine)?;
    interpreter::stand_by()
}

/// A signal to the spare's process group is not the engine's.
fn beside_the_spare() {
    // SAFETY: only moves this process into a group of its own.
    unsafe { libc::setpgid(0, 0) };
}
