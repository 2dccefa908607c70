//! The engine's log: the newest part in memory for the window, everything in a file that starts over when it is long.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;

const KEPT_BYTES: usize = 64 * 1024;
const FILE_BYTES: u64 = 4 << 20;
/// The longest line.
pub const LINE_BYTES: usize = 8 * 1024;

/// Lines from the engine and about it. A folder that cannot be written costs the file, not the log.
#[derive(Debug)]
pub struct EngineLog {
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    lines: VecDeque<String>,
    bytes: usize,
    path: PathBuf,
    file: Option<(File, u64)>,
}

impl EngineLog {
    /// A log that is written to `engine.log` in `folder`.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        let kept = Kept {
            lines: VecDeque::new(),
            bytes: 0,
            path: folder.join("engine.log"),
            file: None,
        };
        Self { kept: Mutex::new(kept) }
    }

    /// Go on in another folder.
    pub fn move_to(&self, folder: &Path) {
        let mut kept = self.kept.lock();
        kept.path = folder.join("engine.log");
        kept.file = None;
    }

    /// A line of the engine's.
    pub fn line(&self, text: &str) {
        let most = LINE_BYTES.min(text.len());
        let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        self.kept.lock().add(text[..end].to_owned());
    }

    /// A line about the engine.
    pub fn note(&self, text: &str) {
        let seconds = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        self.line(&format!("{hour:02}:{minute:02}:{second:02}Z shell: {text}"));
    }

    /// The newest lines.
    #[must_use]
    pub fn tail(&self) -> String {
        let kept = self.kept.lock();
        kept.lines
            .iter()
            .fold(String::with_capacity(kept.bytes), |text, line| text + line + "\n")
    }
}

impl Kept {
    fn add(&mut self, line: String) {
        self.write(&line);
        self.bytes += line.len() + 1;
        self.lines.push_back(line);
        while self.bytes > KEPT_BYTES {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes -= oldest.len() + 1;
        }
    }

    fn write(&mut self, line: &str) {
        if self.file.as_ref().is_some_and(|(_, size)| *size > FILE_BYTES) {
            self.file = None;
            let _ = fs::rename(&self.path, self.path.with_extension("log.1"));
        }
        if self.file.is_none() {
            self.file = self.open();
        }
        let Some((file, size)) = &mut self.file else { return };
        if writeln!(file, "{line}").is_err() {
            self.file = None;
            return;
        }
        *size += line.len() as u64 + 1;
    }

    fn open(&self) -> Option<(File, u64)> {
        // The home folder itself is the engine's to make: a log must not turn a wrong path into a folder.
        let folder = self.path.parent()?;
        if !folder.is_dir() {
            folder.parent().filter(|home| home.is_dir())?;
            fs::create_dir(folder).ok()?;
        }
        let file = OpenOptions::new().create(true).append(true).open(&self.path).ok()?;
        let size = file.metadata().ok()?.len();
        Some((file, size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_lines_are_kept_and_the_memory_is_bounded() {
        let log = EngineLog::new(Path::new("/nonexistent/logs"));
        for number in 0..20_000 {
            log.line(&format!("line {number}"));
        }
        let tail = log.tail();
        assert!(tail.ends_with("line 19999\n"));
        assert!(tail.len() <= KEPT_BYTES);
    }

    #[test]
    fn a_long_line_is_cut_between_letters() {
        let log = EngineLog::new(Path::new("/nonexistent/logs"));
        log.line(&"ä".repeat(LINE_BYTES));
        assert_eq!(log.tail().trim_end().chars().count(), LINE_BYTES / 2);
    }

    #[test]
    fn the_file_starts_over_when_it_is_long() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("logs");
        let log = EngineLog::new(&folder);
        let line = "x".repeat(LINE_BYTES - 1);
        let rounds = FILE_BYTES / LINE_BYTES as u64 + 3;
        (0..rounds).for_each(|_| log.line(&line));
        assert!(fs::metadata(folder.join("engine.log.1")).unwrap().len() > FILE_BYTES);
        assert!(fs::metadata(folder.join("engine.log")).unwrap().len() <= 3 * LINE_BYTES as u64);
    }

    #[test]
    fn a_home_that_does_not_exist_is_not_made() {
        let above = tempfile::tempdir().unwrap();
        EngineLog::new(&above.path().join("home/logs")).line("a line");
        assert_eq!(fs::read_dir(above.path()).unwrap().count(), 0);
    }
}
