//! The folder everything lives in, found by the same rule as in `darkroom/library/home.py`.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The variable that names the folder.
pub const VARIABLE: &str = "DARKROOM_HOME";

/// The home folder: what is asked for, else `DARKROOM_HOME`, else what was chosen in the window, else the platform's.
#[must_use]
pub fn find(asked: Option<PathBuf>) -> PathBuf {
    let found = asked
        .or_else(|| variable(VARIABLE).map(PathBuf::from))
        .or_else(chosen)
        .unwrap_or_else(|| data_folder().join("darkroom"));
    std::path::absolute(&found).unwrap_or(found)
}

/// Remember the folder that was chosen in the window for the next start.
pub fn choose(home: &Path) -> io::Result<()> {
    let file = choice_file();
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let name = home
        .to_str()
        .ok_or_else(|| io::Error::other("its name is not valid Unicode"))?;
    let part = file.with_extension("part");
    fs::write(&part, name)?;
    fs::rename(part, file)
}

fn chosen() -> Option<PathBuf> {
    let name = fs::read_to_string(choice_file()).ok()?;
    let path = PathBuf::from(name.trim_end_matches('\n'));
    path.is_absolute().then_some(path)
}

fn choice_file() -> PathBuf {
    config_folder().join("darkroom").join("home")
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

fn user_folder() -> PathBuf {
    env::home_dir().unwrap_or_default()
}

#[cfg(target_os = "linux")]
fn data_folder() -> PathBuf {
    variable("XDG_DATA_HOME").map_or_else(|| user_folder().join(".local/share"), PathBuf::from)
}

#[cfg(target_os = "linux")]
fn config_folder() -> PathBuf {
    variable("XDG_CONFIG_HOME").map_or_else(|| user_folder().join(".config"), PathBuf::from)
}

#[cfg(target_os = "macos")]
fn data_folder() -> PathBuf {
    user_folder().join("Library/Application Support")
}

#[cfg(windows)]
fn data_folder() -> PathBuf {
    variable("LOCALAPPDATA").map_or_else(|| user_folder().join("AppData/Local"), PathBuf::from)
}

#[cfg(not(target_os = "linux"))]
fn config_folder() -> PathBuf {
    data_folder()
}
