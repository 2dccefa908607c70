//! What the page keeps between starts: the settings being composed, saved settings, the prompts that were sent. Every
//! home has its own, in plain files, so that they go where the home goes.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;

use crate::small;

/// In bytes: the page's largest item is a hundred prompts of the largest length.
const LARGEST: usize = 16 << 20;
const LONGEST: usize = 32;
const FOLDER: &str = "page";
const KEPT: &str = "json";
const UNFINISHED: &str = "part";

/// The page's own texts by their names.
pub type Items = BTreeMap<String, String>;

/// The shelf of the home that the window works in; none where a home cannot be written.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<Option<PathBuf>>);

impl Shelf {
    /// Keep everything in the window's folder of this home from now on. A home that never had a shelf takes over what
    /// is on the one before, as the person who goes on in it expects.
    pub fn move_to(&self, folder: Option<&Path>) {
        let to = folder.map(|folder| folder.join(FOLDER));
        let mut place = self.0.lock();
        if let (Some(from), Some(to)) = (place.as_deref(), to.as_deref())
            && !to.exists()
        {
            for (name, text) in items_in(from) {
                // What cannot be taken along is still in the home it was made in.
                let _ = put_into(to, &name, &text);
            }
        }
        *place = to;
    }

    /// Everything that is kept; none where nothing can be.
    pub fn items(&self) -> Option<Items> {
        self.0.lock().as_deref().map(items_in)
    }

    /// Keep a text under a name, instead of the one before. The error says what cannot be kept.
    pub fn put(&self, name: &str, text: &str) -> io::Result<()> {
        match self.0.lock().as_deref() {
            Some(place) => put_into(place, name, text),
            None => Err(io::Error::other("the home cannot be written")),
        }
    }
}

/// What can be read; a file that is no text, or far too large, is none of the page's.
fn items_in(shelf: &Path) -> Items {
    let Ok(found) = fs::read_dir(shelf) else {
        return Items::new();
    };
    found.flatten().filter_map(|entry| item(&entry.path())).collect()
}

fn item(file: &Path) -> Option<(String, String)> {
    let name = file.file_stem()?.to_str().filter(|name| is_name(name))?;
    let is_kept = file.extension()? == KEPT;
    let text = is_kept.then(|| small::text(file, LARGEST as u64)).flatten()?;
    Some((name.to_owned(), text))
}

fn put_into(shelf: &Path, name: &str, text: &str) -> io::Result<()> {
    if !is_name(name) || text.len() > LARGEST {
        return Err(io::Error::other(format!("{} bytes named {name:?}", text.len())));
    }
    fs::create_dir_all(shelf)?;
    let [part, file] = [UNFINISHED, KEPT].map(|kind| shelf.join(format!("{name}.{kind}")));
    fs::write(&part, text)?;
    fs::rename(part, file)
}

/// A name that leads nowhere else in any file system: words with points between them.
fn is_name(name: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    name.len() <= LONGEST && name.split('.').all(is_word)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn shelf(home: &Path) -> Shelf {
        let shelf = Shelf::default();
        shelf.move_to(Some(home));
        shelf
    }

    fn texts(shelf: &Shelf) -> Vec<(String, String)> {
        shelf.items().unwrap().into_iter().collect()
    }

    #[test]
    fn what_was_put_last_is_there_at_the_next_start() {
        let home = tempfile::tempdir().unwrap();
        let first = shelf(home.path());
        assert!(texts(&first).is_empty());
        for text in ["a harbour", "", "a \u{1f30a}\0\"\n", "a lighthouse"] {
            first.put("darkroom.draft", text).unwrap();
            assert_eq!(texts(&shelf(home.path())), [("darkroom.draft".into(), text.into())]);
        }
    }

    #[test]
    fn whoever_reads_while_a_text_is_replaced_reads_the_one_before_whole() {
        let home = tempfile::tempdir().unwrap();
        let shelf = shelf(home.path());
        shelf.put("draft", "a lighthouse").unwrap();
        let reader = fs::File::open(home.path().join(FOLDER).join("draft.json")).unwrap();
        shelf.put("draft", "a tent").unwrap();
        assert_eq!(io::read_to_string(reader).unwrap(), "a lighthouse");
    }

    #[test]
    fn a_home_without_a_shelf_takes_over_and_one_with_a_shelf_keeps_its_own() {
        let [old, new, known] = [(); 3].map(|()| tempfile::tempdir().unwrap());
        shelf(known.path()).put("presets", "theirs").unwrap();
        let kept = shelf(old.path());
        kept.put("draft", "ours").unwrap();
        kept.move_to(Some(new.path()));
        kept.put("presets", "later").unwrap();
        assert_eq!(
            texts(&shelf(new.path())),
            [("draft".into(), "ours".into()), ("presets".into(), "later".into())]
        );
        assert_eq!(texts(&shelf(old.path())), [("draft".into(), "ours".into())]);
        kept.move_to(Some(known.path()));
        assert_eq!(texts(&kept), [("presets".into(), "theirs".into())]);
    }

    #[test]
    fn a_home_that_cannot_be_written_has_no_shelf() {
        let shelf = Shelf::default();
        assert_eq!(shelf.items(), None);
        assert!(shelf.put("draft", "x").is_err());
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(FOLDER), "in the way").unwrap();
        shelf.move_to(Some(home.path()));
        assert!(shelf.put("draft", "x").is_err());
        assert!(texts(&shelf).is_empty());
    }

    #[test]
    fn a_name_that_leads_elsewhere_and_a_text_without_end_are_refused() {
        let home = tempfile::tempdir().unwrap();
        let shelf = shelf(home.path());
        let long = "a".repeat(33);
        for name in [
            "",
            ".",
            "..",
            "../draft",
            ".draft",
            "draft.",
            "a..b",
            "/etc/passwd",
            "a/b",
            "a\0b",
            "Draft",
            "ä",
            &long,
        ] {
            assert!(shelf.put(name, "x").is_err(), "{name}");
        }
        assert!(shelf.put("draft", &"x".repeat(LARGEST + 1)).is_err());
        assert!(texts(&shelf).is_empty());
    }

    #[test]
    fn files_that_are_none_of_the_pages_are_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let shelf = shelf(home.path());
        shelf.put("draft", "ours").unwrap();
        let folder = home.path().join(FOLDER);
        for (name, bytes) in [
            ("last.part", &b"cut"[..]),
            ("presets.json", b"\xff\xfe"),
            ("Other.json", b"x"),
            ("x", b""),
        ] {
            fs::write(folder.join(name), bytes).unwrap();
        }
        fs::create_dir(folder.join("prompts.json")).unwrap();
        fs::File::create(folder.join("theme.json"))
            .unwrap()
            .set_len(LARGEST as u64 + 1)
            .unwrap();
        assert_eq!(texts(&shelf), [("draft".into(), "ours".into())]);
    }
}
