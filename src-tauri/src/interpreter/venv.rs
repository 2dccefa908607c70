//! Where the Python environment is: the folder with torch and the package, and the Python it was made from.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The variable that names the environment's folder.
const VARIABLE: &str = "DARKROOM_VENV";

/// A Python environment that can be embedded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its own interpreter: what `sys.executable` becomes, so that child processes run Python and not this program.
    pub python: PathBuf,
    /// The prefix of the Python it was made from, which holds the standard library.
    pub base: PathBuf,
}

/// The environment beside this program, or in a folder above it, or named by `DARKROOM_VENV`. The error is a sentence.
pub fn find(version: (u8, u8)) -> Result<Environment, String> {
    let program = env::current_exe().map_err(|error| format!("This program cannot find itself: {error}."))?;
    let named = env::var_os(VARIABLE)
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from);
    let folder = match named {
        Some(folder) => folder,
        None => beside(&program).ok_or_else(|| {
            format!(
                "There is no Python environment (.venv) beside {} or above it; run `make setup`.",
                program.display()
            )
        })?,
    };
    open(&folder, version)
}

fn beside(program: &Path) -> Option<PathBuf> {
    let folders = program.ancestors().skip(1).map(|folder| folder.join(".venv"));
    folders.into_iter().find(|folder| folder.join("pyvenv.cfg").is_file())
}

/// The environment in `folder`, made for Python `version`.
pub fn open(folder: &Path, version: (u8, u8)) -> Result<Environment, String> {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let shown = folder.display();
    let settings = fs::read_to_string(folder.join("pyvenv.cfg"))
        .map_err(|error| format!("The Python environment {shown} cannot be read ({error}); run `make setup`."))?;
    let (major, minor) = version;
    if let Some(found) = value(&settings, &["version", "version_info"])
        && !is_version(found, version)
    {
        return Err(format!(
            "The Python environment {shown} is for Python {found}, this program for {major}.{minor}; run `make setup`."
        ));
    }
    let programs = value(&settings, &["home"]).map(PathBuf::from);
    let base = programs
        .as_deref()
        .and_then(prefix)
        .filter(|base| holds_library(base, version));
    let base = base.ok_or_else(|| format!("The Python that {shown} was made from is gone; run `make setup`."))?;
    let python = folder.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python3"
    });
    if !python.exists() {
        return Err(format!(
            "The Python environment {shown} has no {}; run `make setup`.",
            python.display()
        ));
    }
    Ok(Environment { python, base })
}

fn value<'a>(settings: &'a str, keys: &[&str]) -> Option<&'a str> {
    let pairs = settings.lines().filter_map(|line| line.split_once('='));
    pairs
        .map(|(key, value)| (key.trim(), value.trim()))
        .find(|(key, _)| keys.contains(key))
        .map(|(_, value)| value)
}

fn is_version(found: &str, (major, minor): (u8, u8)) -> bool {
    let mut parts = found.split('.').map(|part| part.parse::<u8>().ok());
    parts.next().flatten() == Some(major) && parts.next().flatten() == Some(minor)
}

fn prefix(programs: &Path) -> Option<PathBuf> {
    if cfg!(windows) {
        Some(programs.to_owned())
    } else {
        programs.parent().map(Path::to_owned)
    }
}

fn holds_library(base: &Path, (major, minor): (u8, u8)) -> bool {
    let library = if cfg!(windows) {
        base.join("Lib")
    } else {
        base.join(format!("lib/python{major}.{minor}"))
    };
    library.join("os.py").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(settings: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().join("base");
        fs::create_dir_all(base.join("lib/python3.11")).unwrap();
        fs::write(base.join("lib/python3.11/os.py"), "").unwrap();
        fs::create_dir_all(folder.path().join("bin")).unwrap();
        fs::write(folder.path().join("bin/python3"), "").unwrap();
        let settings = settings.replace("BASE", base.to_str().unwrap());
        fs::write(folder.path().join("pyvenv.cfg"), settings).unwrap();
        folder
    }

    #[test]
    fn a_whole_environment_is_found() {
        let folder = environment("home = BASE/bin\nversion = 3.11.7\n");
        let found = open(folder.path(), (3, 11)).unwrap();
        assert_eq!(found.python, folder.path().join("bin/python3"));
        assert_eq!(found.base, folder.path().join("base"));
    }

    #[test]
    fn each_break_has_a_sentence_with_the_way_out() {
        let other = environment("home = BASE/bin\nversion_info = 3.12.1\n");
        let gone = environment("home = /nonexistent/bin\nversion = 3.11.7\n");
        let empty = environment("");
        let missing = tempfile::tempdir().unwrap();
        let bare = environment("home = BASE/bin\nversion = 3.11.7\n");
        fs::remove_file(bare.path().join("bin/python3")).unwrap();
        for folder in [&other, &gone, &empty, &missing, &bare] {
            let sentence = open(folder.path(), (3, 11)).unwrap_err();
            assert!(sentence.contains(folder.path().to_str().unwrap()), "{sentence}");
            assert!(sentence.ends_with("run `make setup`."), "{sentence}");
        }
        assert!(open(other.path(), (3, 11)).unwrap_err().contains("3.12.1"));
    }
}
