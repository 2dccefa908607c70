//! The window: one page, one command and one event for the engine, a few commands for the desktop around it.

mod backdrop;
pub mod commands;
pub mod display;
pub mod files;
mod folders;
pub mod full_screen;
pub mod homes;
mod image;
pub mod instance;
#[cfg(test)]
mod scheme_tests;
pub mod schemes;
pub mod shelf;
#[cfg(test)]
mod tests;
pub mod zoom;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::{fs, io};

use tauri::webview::{NewWindowResponse, PageLoadEvent};
use tauri::{App, AppHandle, Builder, Context, Emitter, Manager, RunEvent, Runtime, WebviewUrl, WebviewWindowBuilder};
use tauri_plugin_window_state::StateFlags;

use self::files::OpenedFiles;
use self::full_screen::FullScreen;
use self::homes::Homes;
use self::instance::FirstOrSecond;
use self::shelf::Shelf;
use self::zoom::Zoom;
use crate::home;
use crate::signals::EndSignals;
use crate::supervisor::placement::Placement;
use crate::supervisor::{Engine, Watching};

/// The label of the one window, which the capability names.
pub const MAIN: &str = "main";

/// What remembers the window's place, in its own folder.
const PLACE: &str = "place.json";

/// Where the page's own storage and the window's place are kept.
struct OwnFolder(PathBuf);

/// How the window is started.
pub struct Options {
    /// The home folder.
    pub home: PathBuf,
    /// Pictures to open.
    pub files: Vec<PathBuf>,
    /// Where the engine runs.
    pub placement: Box<dyn Placement>,
}

/// Open the window and stay until it is closed. Returns the exit code.
pub fn run<R: Runtime>(builder: Builder<R>, context: Context<R>, options: Options) -> i32 {
    let Options { home, files, placement } = options;
    let instance = match instance::claim(&home, &files) {
        Ok(FirstOrSecond::First(instance)) => Some(instance),
        Ok(FirstOrSecond::Second) => return 0,
        // A home that cannot be written is for the engine to report, in a window.
        Err(_) => None,
    };
    let signals = EndSignals::hold().ok();
    if let Err(sentence) = display::open() {
        eprintln!("{sentence}");
        return 69;
    }
    match open(builder, context, &home, placement) {
        Ok((app, watching)) => {
            app.state::<OpenedFiles>().open(app.handle(), &files);
            if let Some(instance) = instance {
                app.state::<Homes>().keep(app.handle(), instance);
            }
            if let Some(signals) = signals {
                let app = app.handle().clone();
                let _ = signals.on_first(move || app.exit(0));
            }
            stay(app, watching)
        }
        Err(error) => {
            eprintln!("The window does not open: {error}.");
            70
        }
    }
}

/// Everything but the loop.
pub fn open<R: Runtime>(
    builder: Builder<R>,
    context: Context<R>,
    home: &Path,
    placement: Box<dyn Placement>,
) -> Result<(App<R>, Watching), Box<dyn std::error::Error>> {
    let (events, heard) = mpsc::channel();
    // Before the window: both take their time, and neither needs the other.
    let (engine, watching) = Engine::start(home.to_owned(), placement, events)?;
    let folder = own_folder(home);
    let settings = home.to_path_buf();
    let app = with_plugins(builder, folder.as_deref()).setup(move |app| Ok(add_window(app, &settings, folder)?));
    let app = with_engine(app, engine).build(context)?;
    emit_all(app.handle().clone(), heard)?;
    Ok((app, watching))
}

/// Commands, schemes and what they need; without plugins, so that tests can use another runtime.
pub fn with_engine<R: Runtime>(builder: Builder<R>, engine: Engine) -> Builder<R> {
    builder
        .manage(engine)
        .manage(OpenedFiles::default())
        .manage(Homes::default())
        .manage(FullScreen::default())
        .manage(Zoom::default())
        .manage(Shelf::default())
        .manage(commands::Copied::default())
        .invoke_handler(commands::handler())
        .register_asynchronous_uri_scheme_protocol("preview", schemes::preview)
        .register_asynchronous_uri_scheme_protocol("picture", schemes::picture)
        .on_page_load(|webview, load| {
            if load.event() == PageLoadEvent::Started {
                webview.state::<OpenedFiles>().page_left();
                webview.state::<Homes>().page_left();
            }
        })
}

fn with_plugins<R: Runtime>(builder: Builder<R>, folder: Option<&Path>) -> Builder<R> {
    let mut state = tauri_plugin_window_state::Builder::new().with_state_flags(remembered_state());
    if let Some(file) = folder
        .map(|folder| folder.join(PLACE))
        .as_deref()
        .and_then(Path::to_str)
    {
        state = state.with_filename(file);
    }
    builder.plugin(state.build()).plugin(tauri_plugin_dialog::init())
}

fn remembered_state() -> StateFlags {
    StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED
}

/// Where the page's own storage and the window's place are kept; none when the home cannot be written.
fn own_folder(home: &Path) -> Option<PathBuf> {
    // The web view takes text only, and would keep its files beside a folder that is not called so.
    home.to_str().filter(|_| home.is_absolute())?;
    let folder = home.join("window");
    fs::create_dir_all(&folder).ok()?;
    Some(folder)
}

fn add_window<R: Runtime>(app: &App<R>, home: &Path, folder: Option<PathBuf>) -> tauri::Result<()> {
    let mut window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("Darkroom")
        .inner_size(1280.0, 860.0)
        .min_inner_size(420.0, 420.0)
        .on_document_title_changed(|window, title| {
            let _ = window.set_title(&title);
        })
        .on_navigation(|url| is_own_page(url.as_str()))
        .on_new_window(|_, _| NewWindowResponse::Deny);
    app.state::<Shelf>().move_to(folder.as_deref());
    if let Some(folder) = folder {
        window = window.data_directory(folder.join("web"));
        app.manage(OwnFolder(folder));
    }
    if let Some(icon) = app.default_window_icon() {
        window = window.icon(icon.clone())?;
    }
    let window = window.build()?;
    backdrop::paint(&window, home)?;
    app.state::<Zoom>().restore(&window, home::own_file("zoom"))?;
    reload_after_a_crash(&window)
}

/// Links lead nowhere: the page is all there is.
fn is_own_page(url: &str) -> bool {
    ["tauri://localhost", "http://tauri.localhost"].iter().any(|own| {
        url.strip_prefix(own)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// A page whose process died stays blank for ever unless somebody loads it again; it starts from a snapshot anyway.
#[cfg(target_os = "linux")]
fn reload_after_a_crash<R: Runtime>(window: &tauri::WebviewWindow<R>) -> tauri::Result<()> {
    window.with_webview(|webview| {
        use webkit2gtk::WebViewExt;
        webview.inner().connect_web_process_terminated(|page, _| page.reload());
    })
}

#[cfg(not(target_os = "linux"))]
fn reload_after_a_crash<R: Runtime>(_window: &tauri::WebviewWindow<R>) -> tauri::Result<()> {
    Ok(())
}

/// The one thread that emits the engine's events, in their order.
fn emit_all<R: Runtime>(app: AppHandle<R>, events: Receiver<String>) -> io::Result<()> {
    let emit = move || {
        for event in events {
            let _ = app.emit_to(MAIN, "engine", event);
        }
    };
    thread::Builder::new().name("events".into()).spawn(emit).map(drop)
}

fn stay<R: Runtime>(app: App<R>, watching: Watching) -> i32 {
    let engine = app.state::<Engine>().inner().clone();
    let handle = app.handle().clone();
    let code = app.run_return(move |app, event| {
        if let RunEvent::ExitRequested { .. } = event {
            // The window goes at once; the engine may take its three seconds.
            if let Some(window) = app.get_webview_window(MAIN) {
                let _ = window.hide();
            }
        }
    });
    handle.state::<FullScreen>().forget();
    engine.stop();
    let _ = watching.join();
    code
}
