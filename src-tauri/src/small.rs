//! Small files of text, read before the window is up.

use std::fs;
use std::path::Path;

/// Bytes of a file that holds a few settings.
pub const FEW: u64 = 1 << 20;

/// The text of a file of at most `most` bytes. A pipe in its place is never opened: nobody may ever write to it.
#[must_use]
pub fn text(file: &Path, most: u64) -> Option<String> {
    let about = file.metadata().ok()?;
    let is_small = about.is_file() && about.len() <= most;
    is_small.then(|| fs::read_to_string(file).ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::process::Command;

    use super::*;

    #[test]
    fn text_is_read_up_to_the_size_that_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("zoom");
        fs::write(&file, "150").unwrap();
        assert_eq!(text(&file, 3).as_deref(), Some("150"));
        assert_eq!(text(&file, 2), None);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_and_no_text_is_nothing_and_never_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let [pipe, bytes] = ["pipe", "bytes"].map(|name| folder.path().join(name));
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        fs::write(&bytes, [0xff]).unwrap();
        for file in [pipe.as_path(), &bytes, folder.path(), &folder.path().join("missing")] {
            assert_eq!(text(file, FEW), None, "{}", file.display());
        }
    }
}
