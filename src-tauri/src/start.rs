//! The starts of one program: the window, `engine`, on Linux its `spare`, and the command line.

use std::ffi::OsString;
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::interpreter::{self, Purpose};
use crate::log::EngineLog;
use crate::supervisor::placement::{ChildProcess, Placement, Running};
use crate::{engine, environment, home};

/// How this program was started.
#[derive(Debug, PartialEq, Eq)]
pub enum Start {
    /// The window.
    Window(WindowStart),
    /// The engine on stdin and stdout.
    Engine {
        /// The home folder that was asked for.
        home: Option<PathBuf>,
    },
    /// A process to fork engines from.
    #[cfg(target_os = "linux")]
    Spare {
        /// The home folder that was asked for.
        home: Option<PathBuf>,
    },
    /// Everything else is for the command line of the Python package.
    CommandLine(Vec<OsString>),
}

/// What the window was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct WindowStart {
    /// The home folder.
    pub home: Option<PathBuf>,
    /// Pictures to open.
    pub files: Vec<PathBuf>,
    /// Run the engine in the window's own process: what to use under a debugger.
    pub inline: bool,
    /// Another program to start as the engine, for work on the engine itself.
    pub program: Option<OsString>,
}

impl Start {
    /// What `arguments`, without the program's own name, ask for.
    #[must_use]
    pub fn of(arguments: &[OsString]) -> Self {
        match arguments.split_first() {
            Some((first, rest)) if first == "engine" => Self::Engine { home: home_of(rest) },
            #[cfg(target_os = "linux")]
            Some((first, rest)) if first == "spare" => Self::Spare { home: home_of(rest) },
            _ => window(arguments).map_or_else(|| Self::CommandLine(arguments.to_vec()), Self::Window),
        }
    }
}

fn home_of(arguments: &[OsString]) -> Option<PathBuf> {
    let mut arguments = arguments.iter();
    arguments.find(|argument| *argument == "--home")?;
    arguments.next().map(PathBuf::from)
}

/// The window's arguments; `None` when one of them is not the window's.
fn window(arguments: &[OsString]) -> Option<WindowStart> {
    let mut start = WindowStart::default();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--home") => start.home = Some(arguments.next()?.into()),
            Some(named) if named.starts_with("--home=") => {
                start.home = named.strip_prefix("--home=").map(PathBuf::from);
            }
            Some("--engine=inline") => start.inline = true,
            Some("--engine=child") => start.inline = false,
            Some("--engine-program") => start.program = Some(arguments.next()?.clone()),
            _ if is_picture(Path::new(argument)) => start.files.push(argument.into()),
            _ => return None,
        }
    }
    Some(start)
}

fn is_picture(path: &Path) -> bool {
    let known = ["png", "jpg", "jpeg", "webp"];
    path.extension()
        .and_then(|end| end.to_str())
        .is_some_and(|end| known.iter().any(|one| one.eq_ignore_ascii_case(end)))
}

/// Run this program as `arguments` ask; `window` opens the window. Returns the exit code.
///
/// # Safety
/// No other thread may run yet.
pub unsafe fn run(arguments: &[OsString], window: impl FnOnce(crate::window::Options) -> i32) -> i32 {
    match Start::of(arguments) {
        Start::Window(start) => {
            // SAFETY: the caller promises that this is the only thread.
            unsafe { crate::window::display::prepare() };
            let home = home::find(start.home.clone());
            if start.inline {
                // SAFETY: as above.
                unsafe { environment::prepare(&home) };
            }
            let files = start.files.clone();
            match placement(start) {
                Ok(placement) => window(crate::window::Options { home, files, placement }),
                Err(error) => complain(&error),
            }
        }
        Start::Engine { home } => {
            let home = home::find(home);
            // SAFETY: as above.
            unsafe { environment::prepare(&home) };
            engine::run(&home, || engine::begin(Purpose::Engine))
        }
        #[cfg(target_os = "linux")]
        Start::Spare { home } => {
            let home = home::find(home);
            // SAFETY: as above.
            unsafe { environment::prepare(&home) };
            crate::spare::run(&home)
        }
        Start::CommandLine(arguments) => {
            // SAFETY: as above.
            unsafe { environment::prepare(&home::find(None)) };
            command_line(&arguments).unwrap_or_else(|sentence| complain(&sentence))
        }
    }
}

fn complain(error: &dyn Display) -> i32 {
    eprintln!("{error}");
    70
}

fn placement(start: WindowStart) -> io::Result<Box<dyn Placement>> {
    if start.inline {
        return Ok(Box::new(Inline));
    }
    let placement = match start.program {
        Some(program) => ChildProcess::new(program, Vec::new()),
        None => {
            ChildProcess::new(std::env::current_exe()?.into(), vec!["engine".into()]).with_spare(vec!["spare".into()])
        }
    };
    Ok(Box::new(placement))
}

/// The engine in this process. It cannot be restarted: its end is the window's.
#[derive(Debug)]
struct Inline;

impl Placement for Inline {
    fn start(&mut self, home: &Path, _log: &Arc<EngineLog>) -> io::Result<Running> {
        let (input, output) = engine::inline(home)?;
        Ok(Running {
            input: Box::new(input),
            output: Box::new(output),
            process: None,
        })
    }

    fn again(&self) -> bool {
        false
    }
}

fn command_line(arguments: &[OsString]) -> Result<i32, String> {
    engine::begin(Purpose::CommandLine)?;
    Ok(interpreter::command_line(arguments))
}

/// Leave without finalizing anything: an interpreter that holds torch can hang or crash while it is taken down.
pub fn leave(code: i32) -> ! {
    #[cfg(unix)]
    // SAFETY: ends the process; what must survive was written and flushed before.
    unsafe {
        libc::_exit(code)
    }
    #[cfg(not(unix))]
    std::process::exit(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(words: &str) -> Start {
        Start::of(&words.split_whitespace().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn nothing_or_pictures_open_the_window() {
        assert_eq!(start(""), Start::Window(WindowStart::default()));
        let files = vec![PathBuf::from("a.png"), PathBuf::from("b.WEBP")];
        assert_eq!(
            start("a.png b.WEBP"),
            Start::Window(WindowStart {
                files,
                ..WindowStart::default()
            })
        );
        let expected = WindowStart {
            home: Some("/tmp/h".into()),
            inline: true,
            ..WindowStart::default()
        };
        assert_eq!(start("--home /tmp/h --engine=inline"), Start::Window(expected));
        assert_eq!(start("--home=/tmp/h"), start("--home /tmp/h"));
    }

    #[test]
    fn engine_starts_the_engine() {
        assert_eq!(start("engine"), Start::Engine { home: None });
        assert_eq!(
            start("engine --home /tmp/h"),
            Start::Engine {
                home: Some("/tmp/h".into())
            }
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn spare_stands_by_for_engines() {
        assert_eq!(
            start("spare --home /tmp/h"),
            Start::Spare {
                home: Some("/tmp/h".into())
            }
        );
    }

    #[test]
    fn everything_else_is_the_command_lines() {
        for words in [
            "generate a.png",
            "--help",
            "models",
            "doctor --json",
            "notes.txt",
            "--home",
        ] {
            assert!(matches!(start(words), Start::CommandLine(given) if given.len() == words.split(' ').count()));
        }
    }
}
