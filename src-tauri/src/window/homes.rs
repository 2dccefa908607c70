//! The home that this window works in: no other window does, and the user may go on in another.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use tauri::{AppHandle, Manager, Runtime, WebviewWindow};

use super::MAIN;
use super::files::OpenedFiles;
use super::instance::{self, Claim, FirstOrSecond, Instance};
use super::own_folder;
use super::shelf::Shelf;
use crate::home;
use crate::supervisor::Engine;
use crate::supervisor::problem::Problem;

/// Whose home it is, and whether the page is still the last one's.
#[derive(Debug, Default)]
pub struct Homes {
    claim: Mutex<Option<Claim>>,
    leaving: AtomicBool,
}

impl Homes {
    /// Keep a claimed home, and hear its later starts: bring this window to the front and take their files.
    pub fn keep<R: Runtime>(&self, app: &AppHandle<R>, instance: Instance) {
        *self.claim.lock() = Some(listen(app.clone(), instance));
    }

    /// Go on in `home`, now and at the next start. The page is loaded again, for nothing in it is that home's: its
    /// numbers mean other pictures there. Blocks until the engine of this home has ended.
    pub fn move_to<R: Runtime>(&self, window: &WebviewWindow<R>, home: &Path) -> Result<(), Problem> {
        let mut claim = self.claim.lock();
        let engine = window.state::<Engine>();
        if is_same(home, &engine.home()) {
            return remember(home);
        }
        let instance = claimed(home)?;
        remember(home)?;
        self.leaving.store(true, Ordering::Release);
        if !engine.move_to(home.to_owned()) {
            self.page_left();
            return Err(Problem::refused(format!(
                "The engine is part of this window and cannot move; start Darkroom again to go on in {}.",
                home.display()
            )));
        }
        // Only now: until then an engine of ours was at work in the home that is left.
        *claim = Some(listen(window.app_handle().clone(), instance));
        window.state::<Shelf>().move_to(own_folder(home).as_deref());
        window.reload().map_err(|error| {
            self.page_left();
            Problem::refused(format!(
                "The page cannot be loaded again ({error}); start Darkroom again."
            ))
        })
    }

    /// Refuses what a page asks that shows a home which was left.
    pub fn asked(&self) -> Result<(), Problem> {
        if self.leaving.load(Ordering::Acquire) {
            return Err(Problem::left());
        }
        Ok(())
    }

    /// The page is being loaded again.
    pub fn page_left(&self) {
        self.leaving.store(false, Ordering::Release);
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    let real = |home: &Path| fs::canonicalize(home).ok();
    real(one).is_some_and(|one| real(other).is_some_and(|other| one == other))
}

fn claimed(home: &Path) -> Result<Instance, Problem> {
    match instance::claim(home, &[]) {
        Ok(FirstOrSecond::First(instance)) => Ok(instance),
        Ok(FirstOrSecond::Second) => Err(Problem::refused(format!(
            "Another window works in {}; use that one, or close it first.",
            home.display()
        ))),
        Err(error) => Err(Problem::refused(format!(
            "{} cannot be a home ({error}); choose a folder that you may write to.",
            home.display()
        ))),
    }
}

fn remember(home: &Path) -> Result<(), Problem> {
    home::choose(home).map_err(|error| {
        Problem::refused(format!(
            "The choice cannot be remembered ({error}); check the free space."
        ))
    })
}

fn listen<R: Runtime>(app: AppHandle<R>, instance: Instance) -> Claim {
    instance.listen(move |files| {
        if let Some(window) = app.get_webview_window(MAIN) {
            let _ = window
                .unminimize()
                .and_then(|()| window.show())
                .and_then(|()| window.set_focus());
        }
        app.state::<OpenedFiles>().open(&app, &files);
    })
}
