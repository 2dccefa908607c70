//! How large the page is shown, now and at the next start.

use std::fs;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use serde::Deserialize;
use tauri::{Runtime, WebviewWindow};

use crate::small;

/// Percent, as browsers step them.
const STEPS: [u16; 12] = [50, 67, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300];
const USUAL: u16 = 100;

/// What a key asks for.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// The next step up.
    Larger,
    /// The next step down.
    Smaller,
    /// A hundred percent.
    Usual,
}

/// The size of everything in the window. It belongs to the person and the screen, so no home keeps it.
#[derive(Debug)]
pub struct Zoom(Mutex<Kept>);

#[derive(Debug)]
struct Kept {
    percent: u16,
    file: Option<PathBuf>,
}

impl Default for Zoom {
    fn default() -> Self {
        Self(Mutex::new(Kept {
            percent: USUAL,
            file: None,
        }))
    }
}

impl Zoom {
    /// Show the page as large as the last time, and keep every later change in `file`.
    pub fn restore<R: Runtime>(&self, window: &WebviewWindow<R>, file: PathBuf) -> tauri::Result<()> {
        let percent = remembered(&file);
        *self.0.lock() = Kept {
            percent,
            file: Some(file),
        };
        if percent == USUAL {
            return Ok(());
        }
        window.set_zoom(factor(percent))
    }

    /// One step further; the percentage that is shown from now on.
    pub fn change<R: Runtime>(&self, window: &WebviewWindow<R>, change: Change) -> tauri::Result<u16> {
        let mut kept = self.0.lock();
        let percent = next(kept.percent, change);
        window.set_zoom(factor(percent))?;
        kept.percent = percent;
        if let Some(file) = &kept.file {
            // What cannot be remembered is the usual size at the next start, which is one key away from this one.
            let _ = remember(file, percent);
        }
        Ok(percent)
    }
}

fn factor(percent: u16) -> f64 {
    f64::from(percent) / 100.0
}

fn next(percent: u16, change: Change) -> u16 {
    let step = match change {
        Change::Larger => STEPS.into_iter().find(|step| *step > percent),
        Change::Smaller => STEPS.into_iter().rev().find(|step| *step < percent),
        Change::Usual => Some(USUAL),
    };
    step.unwrap_or(percent)
}

fn remembered(file: &Path) -> u16 {
    let percent = small::text(file, small::FEW).and_then(|text| text.trim().parse().ok());
    percent.filter(|percent| STEPS.contains(percent)).unwrap_or(USUAL)
}

fn remember(file: &Path, percent: u16) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, percent.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn walk(change: Change, from: u16) -> Vec<u16> {
        let step = |percent: &u16| Some(next(*percent, change)).filter(|to| to != percent);
        std::iter::successors(Some(from), step).collect()
    }

    #[test]
    fn every_step_is_reached_and_the_ends_hold() {
        assert_eq!(walk(Change::Larger, 50), STEPS);
        assert_eq!(walk(Change::Smaller, 300), STEPS.into_iter().rev().collect::<Vec<_>>());
        assert_eq!((next(300, Change::Usual), next(50, Change::Usual)), (USUAL, USUAL));
    }

    #[test]
    fn what_was_chosen_is_remembered_and_anything_else_is_the_usual_size() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("darkroom/zoom");
        assert_eq!(remembered(&file), USUAL);
        remember(&file, 150).unwrap();
        assert_eq!(remembered(&file), 150);
        for text in ["", "0", "-5", "151", "100000", "large", "1e9"] {
            fs::write(&file, text).unwrap();
            assert_eq!(remembered(&file), USUAL, "{text}");
        }
    }
}
