//! Pictures that were opened with the program, by the first start or a later one.

use std::path::PathBuf;

use parking_lot::Mutex;
use tauri::{AppHandle, Emitter, Runtime};

use super::MAIN;

/// Files that wait until the page listens.
#[derive(Debug, Default)]
pub struct OpenedFiles(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    page_listens: bool,
    files: Vec<String>,
}

impl OpenedFiles {
    /// Hand files to the page, now or when it listens. Names that are not Unicode are shown as well as they can be.
    pub fn open<R: Runtime>(&self, app: &AppHandle<R>, files: &[PathBuf]) {
        self.0
            .lock()
            .files
            .extend(files.iter().map(|file| file.to_string_lossy().into_owned()));
        self.tell(app);
    }

    /// The page has asked for something: it listens to events by now.
    pub fn page_listens<R: Runtime>(&self, app: &AppHandle<R>) {
        let newly = !std::mem::replace(&mut self.0.lock().page_listens, true);
        if newly {
            self.tell(app);
        }
    }

    /// The page is being loaded again.
    pub fn page_left(&self) {
        self.0.lock().page_listens = false;
    }

    fn tell<R: Runtime>(&self, app: &AppHandle<R>) {
        let mut waiting = self.0.lock();
        if !waiting.page_listens || waiting.files.is_empty() {
            return;
        }
        let files = std::mem::take(&mut waiting.files);
        drop(waiting);
        if let Ok(files) = serde_json::to_string(&files) {
            let _ = app.emit_to(MAIN, "files", files);
        }
    }
}
