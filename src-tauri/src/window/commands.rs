//! The page's commands: one for the engine, and what only a desktop program can do. Each is listed in `build.rs` and
//! granted in `capabilities/main.json`.

// Tauri hands a command its arguments by value.
#![allow(clippy::needless_pass_by_value)]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use tauri::ipc::Invoke;
use tauri::window::{ProgressBarState, ProgressBarStatus};
use tauri::{AppHandle, Manager, Runtime, State, UserAttentionType, WebviewWindow, command};
use tauri_plugin_dialog::{DialogExt, FilePath};
use tokio::sync::oneshot;

use super::files::OpenedFiles;
use super::folders;
use super::full_screen::FullScreen;
use super::homes::Homes;
use super::image::rgba;
use super::shelf::{Items, Shelf};
use super::zoom::{Change, Zoom};
use crate::frames::{Attachment, Kind};
use crate::supervisor::Engine;
use crate::supervisor::problem::Problem;

type Answer<T> = Result<T, Problem>;

/// The X selection lives only as long as the program that owns it keeps this.
#[derive(Default)]
pub struct Copied(Mutex<Option<arboard::Clipboard>>);

/// All commands.
pub fn handler<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        engine,
        pick_folder,
        pick_picture,
        save_as,
        show_picture,
        show_home,
        copy_picture,
        copy_text,
        engine_log,
        restart_engine,
        set_home,
        show_progress,
        zoom,
        full_screen,
        close_window,
        kept,
        keep
    ]
}

/// A command of `messages.py` as JSON; the answer as JSON. Neither is looked into.
#[command]
async fn engine<R: Runtime>(app: AppHandle<R>, engine: State<'_, Engine>, command: String) -> Result<String, ()> {
    app.state::<OpenedFiles>().page_listens(&app);
    if let Err(problem) = app.state::<Homes>().asked() {
        return Ok(problem.answer());
    }
    let answer = engine.line.ask(Kind::Command, command.into_bytes()).await;
    if answer.is_err() {
        engine.repeat();
    }
    Ok(answer.map_or_else(
        |problem| problem.answer(),
        |json| String::from_utf8_lossy(&json).into_owned(),
    ))
}

/// The folder a user picks; null when they think better of it.
#[command]
async fn pick_folder<R: Runtime>(app: AppHandle<R>) -> Answer<Option<String>> {
    picked(|chosen| app.dialog().file().pick_folder(chosen)).await
}

/// The picture a user picks to read its settings.
#[command]
async fn pick_picture<R: Runtime>(app: AppHandle<R>) -> Answer<Option<String>> {
    let dialog = app
        .dialog()
        .file()
        .add_filter("PNG, JPEG, WebP", &["png", "jpg", "jpeg", "webp"]);
    picked(|chosen| dialog.pick_file(chosen)).await
}

/// Where a user wants a picture saved. The engine writes it.
#[command]
async fn save_as<R: Runtime>(app: AppHandle<R>, name: String) -> Answer<Option<String>> {
    let name = Path::new(&name)
        .file_name()
        .and_then(OsStr::to_str)
        .unwrap_or("picture.png")
        .to_owned();
    let dialog = app.dialog().file().set_file_name(name).add_filter("PNG", &["png"]);
    picked(|chosen| dialog.save_file(chosen)).await
}

async fn picked(open: impl FnOnce(Box<dyn FnOnce(Option<FilePath>) + Send>)) -> Answer<Option<String>> {
    let (answer, chosen) = oneshot::channel();
    open(Box::new(move |path| {
        let _ = answer.send(path);
    }));
    let Ok(Some(path)) = chosen.await else { return Ok(None) };
    let path = path
        .into_path()
        .map_err(|_| Problem::refused("That is no folder of this machine; choose another."))?;
    let unreadable =
        |path: PathBuf| Problem::refused(format!("The name {} is not valid Unicode; rename it.", path.display()));
    path.into_os_string()
        .into_string()
        .map(Some)
        .map_err(|name| unreadable(name.into()))
}

/// Open the file manager where a picture lies.
#[command]
async fn show_picture(engine: State<'_, Engine>, picture: u64) -> Answer<()> {
    let found = part_of(&engine, format!("{picture} file")).await?;
    let path =
        String::from_utf8(found.bytes).map_err(|_| Problem::missing("The picture's name is not valid Unicode."))?;
    let shown = tauri::async_runtime::spawn_blocking(move || folders::reveal(Path::new(&path)));
    shown.await.unwrap_or(Ok(()))
}

/// Open the file manager in the home folder.
#[command(async)]
fn show_home(engine: State<'_, Engine>) -> Answer<()> {
    folders::show(&engine.home())
}

/// Put a picture onto the clipboard.
#[command]
async fn copy_picture(engine: State<'_, Engine>, copied: State<'_, Copied>, picture: u64) -> Answer<()> {
    let file = part_of(&engine, picture.to_string()).await?;
    let image =
        rgba(&file.bytes).map_err(|error| Problem::refused(format!("The picture cannot be copied: {error}.")))?;
    copied.put(|clipboard| clipboard.set_image(image))
}

/// Put a text onto the clipboard.
#[command(async)]
fn copy_text(copied: State<'_, Copied>, text: String) -> Answer<()> {
    copied.put(|clipboard| clipboard.set_text(text))
}

/// The newest part of the engine's log.
#[command(async)]
fn engine_log(engine: State<'_, Engine>) -> String {
    engine.log.tail()
}

/// End the engine in order and start it again.
#[command(async)]
fn restart_engine(engine: State<'_, Engine>) {
    engine.restart();
}

/// Go on in another home folder, now and at the next start.
#[command]
async fn set_home<R: Runtime>(window: WebviewWindow<R>, path: String) -> Answer<()> {
    let home = PathBuf::from(path);
    if !home.is_absolute() || !home.is_dir() {
        return Err(Problem::refused(format!(
            "{} is no folder; choose one that exists.",
            home.display()
        )));
    }
    let moving = move || window.state::<Homes>().move_to(&window, &home);
    let moved = tauri::async_runtime::spawn_blocking(moving).await;
    moved.unwrap_or_else(|error| {
        Err(Problem::refused(format!(
            "The move failed ({error}); start Darkroom again."
        )))
    })
}

/// Tell the desktop's task bar how far the queue's current job is; null once nothing is left to do, which asks for
/// attention where the window is not the one in use. A desktop without such a bar shows nothing.
#[command]
fn show_progress<R: Runtime>(window: WebviewWindow<R>, percent: Option<u8>) {
    let (status, done) = match percent {
        Some(_) => (ProgressBarStatus::Normal, false),
        None => (ProgressBarStatus::None, true),
    };
    let bar = ProgressBarState {
        status: Some(status),
        progress: percent.map(|percent| u64::from(percent.min(100))),
    };
    // Neither is worth a sentence where it cannot be had: the same is in the title and on the page.
    let _ = window.set_progress_bar(bar);
    if done && !window.is_focused().unwrap_or(true) {
        let _ = window.request_user_attention(Some(UserAttentionType::Informational));
    }
}

/// Show everything larger or smaller, or at its usual size; the percentage it has then.
#[command]
fn zoom<R: Runtime>(window: WebviewWindow<R>, change: Change) -> Answer<u16> {
    let changed = window.state::<Zoom>().change(&window, change);
    changed.map_err(|error| Problem::refused(format!("The size cannot be changed: {error}.")))
}

/// Take the whole screen or leave it; null for the other of the two.
#[command]
fn full_screen<R: Runtime>(window: WebviewWindow<R>, on: Option<bool>) -> Answer<()> {
    let set = window.state::<FullScreen>().set(&window, on);
    set.map_err(|error| Problem::refused(format!("The desktop does not give the whole screen: {error}.")))
}

/// Close the window as its close button does.
#[command]
fn close_window<R: Runtime>(window: WebviewWindow<R>) -> Answer<()> {
    let closed = window.close();
    closed.map_err(|error| Problem::refused(format!("The window does not close: {error}.")))
}

/// What the page kept at earlier starts in this home; null where nothing can be kept.
#[command]
fn kept(shelf: State<'_, Shelf>) -> Option<Items> {
    shelf.items()
}

/// Keep a text of the page's in this home. On the main thread, so that of two under one name the later one stays.
#[command]
fn keep(shelf: State<'_, Shelf>, homes: State<'_, Homes>, name: String, text: String) -> Answer<()> {
    homes.asked()?;
    let kept = shelf.put(&name, &text);
    kept.map_err(|error| Problem::refused(format!("The settings cannot be kept ({error}); check the free space.")))
}

async fn part_of(engine: &Engine, asked: String) -> Answer<Attachment> {
    let reply = engine.line.ask(Kind::PictureRequest, asked.into_bytes()).await?;
    Attachment::open(&reply).ok_or_else(|| Problem::missing("The picture is gone; look in the trash."))
}

impl Copied {
    fn put(&self, what: impl FnOnce(&mut arboard::Clipboard) -> Result<(), arboard::Error>) -> Answer<()> {
        let refused =
            |error: arboard::Error| Problem::refused(format!("The clipboard does not take it ({error}); try again."));
        let mut kept = self.0.lock();
        let mut clipboard = match kept.take() {
            Some(clipboard) => clipboard,
            None => arboard::Clipboard::new().map_err(refused)?,
        };
        what(&mut clipboard).map_err(refused)?;
        *kept = Some(clipboard);
        Ok(())
    }
}
