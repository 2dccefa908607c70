//! The whole screen for the window, and the way back; the next start is at the size from before.

use std::fs;
use std::path::PathBuf;

use parking_lot::Mutex;
use tauri::{AppHandle, Manager, Runtime, WebviewWindow};
use tauri_plugin_window_state::AppHandleExt;

use super::PLACE;

/// The window's place from before it took the whole screen.
#[derive(Debug, Default)]
pub struct FullScreen(Mutex<Option<Before>>);

#[derive(Debug)]
struct Before {
    file: PathBuf,
    place: Vec<u8>,
}

impl FullScreen {
    /// Take the whole screen or leave it; none for the other of the two.
    pub fn set<R: Runtime>(&self, window: &WebviewWindow<R>, on: Option<bool>) -> tauri::Result<()> {
        let is_on = window.is_fullscreen()?;
        let on = on.unwrap_or(!is_on);
        if on == is_on {
            return Ok(());
        }
        *self.0.lock() = if on { before(window.app_handle()) } else { None };
        window.set_fullscreen(on)
    }

    /// The window is gone, and its last place was kept: a whole screen is none.
    pub fn forget(&self) {
        if let Some(Before { file, place }) = self.0.lock().take() {
            // Otherwise the window is as large as the screen at the next start.
            let _ = fs::write(file, place);
        }
    }
}

fn before<R: Runtime>(app: &AppHandle<R>) -> Option<Before> {
    let file = app.try_state::<super::OwnFolder>()?.0.join(PLACE);
    app.save_window_state(super::remembered_state()).ok()?;
    let place = fs::read(&file).ok()?;
    Some(Before { file, place })
}
