//! The desktop's file manager.

use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::supervisor::problem::Problem;

/// A program that could not open the folder says so at once; one that still runs has become the file manager.
const PATIENCE: Duration = Duration::from_secs(2);

#[cfg(windows)]
const OPENER: &str = "explorer";
#[cfg(target_os = "macos")]
const OPENER: &str = "open";
#[cfg(not(any(windows, target_os = "macos")))]
const OPENER: &str = "xdg-open";

/// Show a file in its folder, selected where the desktop can do that.
pub(super) fn reveal(file: &Path) -> Result<(), Problem> {
    if select(file) {
        return Ok(());
    }
    show(file.parent().unwrap_or(Path::new("/")))
}

/// Open a folder. Fails with a sentence that names it when nothing opens.
pub(super) fn show(folder: &Path) -> Result<(), Problem> {
    open_with(OPENER, folder).map_err(|reason| {
        Problem::refused(format!(
            "The file manager does not open ({reason}); the folder is {}.",
            folder.display()
        ))
    })
}

/// The interface by which file managers of Linux desktops select a file
/// (<https://www.freedesktop.org/wiki/Specifications/file-manager-interface/>).
#[cfg(target_os = "linux")]
fn select(file: &Path) -> bool {
    use gtk::gio::prelude::FileExt;
    use gtk::gio::{BusType, Cancellable, DBusCallFlags, File, bus_get_sync};
    use gtk::glib::variant::ToVariant;

    const NAME: &str = "org.freedesktop.FileManager1";
    let Ok(bus) = bus_get_sync(BusType::Session, None::<&Cancellable>) else {
        return false;
    };
    let files = vec![File::for_path(file).uri().to_string()];
    let asked = (files, String::new()).to_variant();
    let patience = i32::try_from(PATIENCE.as_millis()).unwrap_or(i32::MAX);
    bus.call_sync(
        Some(NAME),
        "/org/freedesktop/FileManager1",
        NAME,
        "ShowItems",
        Some(&asked),
        None,
        DBusCallFlags::NONE,
        patience,
        None::<&Cancellable>,
    )
    .is_ok()
}

#[cfg(not(target_os = "linux"))]
fn select(_file: &Path) -> bool {
    false
}

fn open_with(program: &str, folder: &Path) -> Result<(), String> {
    let child = Command::new(program)
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    match ended_within(child, PATIENCE) {
        Ok(Some(status)) if !status.success() => Err(format!("{program}: {status}")),
        Ok(_) => Ok(()),
        Err(error) => Err(format!("{program}: {error}")),
    }
}

/// How a child ended; none while it still runs. It is waited for in any case, so that no zombie stays.
fn ended_within(mut child: Child, patience: Duration) -> io::Result<Option<ExitStatus>> {
    let (ended, ending) = mpsc::channel();
    thread::Builder::new()
        .name("file manager".into())
        .spawn(move || ended.send(child.wait()))?;
    match ending.recv_timeout(patience) {
        Ok(status) => status.map(Some),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Ok(None),
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_program_that_opens_nothing_is_reported_with_its_ending() {
        let reason = open_with("false", Path::new("/")).unwrap_err();
        assert_eq!(reason, "false: exit status: 1");
        assert!(open_with("there-is-no-such-program", Path::new("/")).is_err());
    }

    #[test]
    fn a_program_that_opens_the_folder_is_all_right() {
        assert!(open_with("true", Path::new("/")).is_ok());
    }

    #[test]
    fn a_program_that_stays_is_not_waited_for() {
        let child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        assert!(ended_within(child, Duration::ZERO).unwrap().is_none());
    }
}
