//! The folder everything lives in, found by the same rule as in `darkroom/library/home.py`; `tests/homes.json` holds
//! both to it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::small;

/// The variable that names the folder.
pub const VARIABLE: &str = "DARKROOM_HOME";

/// The values of environment variables by their names.
type Variables<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The home folder: what is asked for, else `DARKROOM_HOME`, else what was chosen in the window, else the platform's.
///
/// `~` is the user's folder. The `~name` of a user whom nobody knows is left as it is, for the engine to refuse: it is
/// the only path that is not absolute.
#[must_use]
pub fn find(asked: Option<PathBuf>) -> PathBuf {
    find_among(asked, &|name| env::var_os(name))
}

/// Remember the folder that was chosen in the window for the next start.
pub fn choose(home: &Path) -> io::Result<()> {
    let file = choice_file(&|name| env::var_os(name));
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

/// A file of the person's own, whichever home is in use.
#[must_use]
pub fn own_file(name: &str) -> PathBuf {
    own_folder(&|name| env::var_os(name)).join(name)
}

fn find_among(asked: Option<PathBuf>, variables: Variables) -> PathBuf {
    let found = asked
        .filter(|home| !home.as_os_str().is_empty())
        .or_else(|| set(variables, VARIABLE).map(PathBuf::from))
        .or_else(|| chosen(variables))
        .unwrap_or_else(|| data_folder(variables).join("darkroom"));
    match with_user_folder(&found, variables) {
        Some(home) => std::path::absolute(&home).unwrap_or(home),
        None => found,
    }
}

fn chosen(variables: Variables) -> Option<PathBuf> {
    let name = small::text(&choice_file(variables), small::FEW)?;
    absolute(name.trim_end_matches('\n').into())
}

fn choice_file(variables: Variables) -> PathBuf {
    own_folder(variables).join("home")
}

fn own_folder(variables: Variables) -> PathBuf {
    config_folder(variables).join("darkroom")
}

/// The value of a variable; an empty one is as good as none.
fn set(variables: Variables, name: &str) -> Option<OsString> {
    variables(name).filter(|value| !value.is_empty())
}

/// A path that does not depend on where the program was started.
fn absolute(path: OsString) -> Option<PathBuf> {
    Some(PathBuf::from(path)).filter(|path| path.is_absolute())
}

fn user_folder(variables: Variables) -> PathBuf {
    set(variables, "HOME").map_or_else(|| env::home_dir().unwrap_or_default(), PathBuf::from)
}

/// `path` with the folder of the user it names in place of `~` or `~name`; `None` when nobody knows that user.
fn with_user_folder(path: &Path, variables: Variables) -> Option<PathBuf> {
    let mut parts = path.components();
    let first = parts.next().and_then(|first| first.as_os_str().to_str());
    let Some(user) = first.and_then(|first| first.strip_prefix('~')) else {
        return Some(path.to_owned());
    };
    let folder = if user.is_empty() {
        user_folder(variables)
    } else {
        folder_of(user)?
    };
    Some(folder.join(parts))
}

#[cfg(unix)]
fn folder_of(user: &str) -> Option<PathBuf> {
    use std::ffi::{CStr, CString, OsStr};
    use std::os::unix::ffi::OsStrExt;
    use std::{mem, ptr};

    const LONGEST_ENTRY: usize = 64 * 1024;
    let user = CString::new(user).ok()?;
    let mut texts = vec![0; LONGEST_ENTRY];
    let mut found = ptr::null_mut();
    // SAFETY: a passwd is numbers and pointers, for all of which zero is a value.
    let mut entry: libc::passwd = unsafe { mem::zeroed() };
    // SAFETY: the name ends with NUL, the buffer has the length that is given with it, and all of it outlives the call.
    unsafe {
        libc::getpwnam_r(
            user.as_ptr(),
            &raw mut entry,
            texts.as_mut_ptr(),
            texts.len(),
            &raw mut found,
        )
    };
    if found.is_null() || entry.pw_dir.is_null() {
        return None;
    }
    // SAFETY: the user was found, so that this is a text in the buffer that ends with NUL.
    let folder = unsafe { CStr::from_ptr(entry.pw_dir) };
    Some(PathBuf::from(OsStr::from_bytes(folder.to_bytes())))
}

#[cfg(not(unix))]
fn folder_of(_user: &str) -> Option<PathBuf> {
    None
}

#[cfg(target_os = "linux")]
fn data_folder(variables: Variables) -> PathBuf {
    let named = set(variables, "XDG_DATA_HOME").and_then(absolute);
    named.unwrap_or_else(|| user_folder(variables).join(".local/share"))
}

#[cfg(target_os = "linux")]
fn config_folder(variables: Variables) -> PathBuf {
    let named = set(variables, "XDG_CONFIG_HOME").and_then(absolute);
    named.unwrap_or_else(|| user_folder(variables).join(".config"))
}

#[cfg(target_os = "macos")]
fn data_folder(variables: Variables) -> PathBuf {
    user_folder(variables).join("Library/Application Support")
}

#[cfg(windows)]
fn data_folder(variables: Variables) -> PathBuf {
    set(variables, "LOCALAPPDATA").map_or_else(|| user_folder(variables).join("AppData/Local"), PathBuf::from)
}

#[cfg(not(target_os = "linux"))]
fn config_folder(variables: Variables) -> PathBuf {
    data_folder(variables)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// What an entry of the table says, with the folders of this test in place of `$HOME` and `$CWD`.
    fn said(value: &Value, user: &Path) -> Option<String> {
        let here = env::current_dir().unwrap();
        let text = value.as_str()?.replace("$HOME", user.to_str().unwrap());
        Some(text.replace("$CWD", here.to_str().unwrap()))
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_home_is_the_one_that_python_finds() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/homes.json");
        let table: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        for entry in table.as_array().unwrap() {
            let user = tempfile::tempdir().unwrap();
            let variables = |name: &str| match name {
                "HOME" => Some(user.path().into()),
                _ => said(&entry["environment"][name], user.path()).map(OsString::from),
            };
            if let Some(choice) = said(&entry["choice"], user.path()) {
                let file = choice_file(&variables);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, choice).unwrap();
            }
            let asked = said(&entry["arguments"][1], user.path()).map(PathBuf::from);
            let home = said(&entry["home"], user.path()).unwrap();
            assert_eq!(find_among(asked, &variables), Path::new(&home), "{}", entry["name"]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_tilde_with_a_name_is_that_users_folder_or_stays_for_the_engine_to_refuse() {
        let home = |text: &str| find_among(Some(text.into()), &|_| None);
        assert!(home("~root/darkroom").is_absolute());
        assert!(home("~root/darkroom").ends_with("darkroom") && !home("~root/darkroom").starts_with("~root"));
        assert_eq!(home("~nobody-of-this-name/x"), Path::new("~nobody-of-this-name/x"));
    }
}
