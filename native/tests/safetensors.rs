//! The header check as a Rust program sees it, against another reader of JSON.

#![allow(clippy::unwrap_used)] // A test may fail this way.

use std::fs;
use std::path::Path;

use darkroom_native::error::Error;
use darkroom_native::file::OpenFile;
use darkroom_native::safetensors::{check, inspect};
use serde_json::Value;

const HEADER: &str = r#"{"__metadata__":{"format":"pt","note":"\u00e9\ud83d\udc08\"\\\/\b\f\n\r\t"},
    "b.weight" : {"dtype":"F16","shape":[2,3],"data_offsets":[4,16]},
    "a":{"data_offsets":[0,4],"shape":[],"dtype":"F32"}}   "#;

#[test]
fn tensors_come_in_the_order_of_their_bytes() {
    let header = inspect(HEADER.as_bytes(), 16).unwrap();

    let names: Vec<_> = header.tensors.iter().map(|tensor| tensor.name.as_str()).collect();
    assert_eq!(names, ["a", "b.weight"]);
    assert_eq!(header.metadata[1].1, "é🐈\"\\/\u{8}\u{c}\n\r\t");
}

/// Marsaglia's xorshift64: the mutations are the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
}

const PIECES: &[u8] = b"{}[]\",:\\0123456789eE.+-u \n\x00\xff";

fn mutated(dice: &mut Dice) -> Vec<u8> {
    let mut header = HEADER.as_bytes().to_vec();
    for _ in 0..=dice.below(2) {
        let at = dice.below(header.len());
        match dice.below(4) {
            0 => header[at] = PIECES[dice.below(PIECES.len())],
            1 => header[at] ^= 1 << dice.below(8),
            2 => drop(header.remove(at)),
            _ => {
                let from = dice.below(header.len());
                let piece = header[from..(from + dice.below(60)).min(header.len())].to_vec();
                header.splice(at..at, piece);
            }
        }
    }
    header
}

#[test]
fn whatever_is_accepted_means_the_same_to_another_reader() {
    let mut dice = Dice(20_261_121);
    let (mut accepted, mut refused) = (0, 0);

    for _ in 0..50_000 {
        let bytes = mutated(&mut dice);
        let Ok(header) = inspect(&bytes, 16) else {
            refused += 1;
            continue;
        };
        accepted += 1;
        let theirs: Value = serde_json::from_slice(&bytes).unwrap();
        let theirs = theirs.as_object().unwrap();
        assert_eq!(
            theirs.len(),
            header.tensors.len() + usize::from(theirs.contains_key("__metadata__"))
        );
        for tensor in &header.tensors {
            let entry = &theirs[&tensor.name];
            assert_eq!(entry["dtype"], tensor.dtype.name);
            assert_eq!(entry["shape"], Value::from(tensor.shape.clone()));
            assert_eq!(entry["data_offsets"], Value::from(vec![tensor.start, tensor.end]));
        }
    }

    assert!(accepted > 1_000, "only {accepted} accepted");
    assert!(refused > 10_000, "only {refused} refused");
}

#[test]
fn depth_in_the_text_is_no_depth_on_the_stack() {
    let deep = format!("{{\"a\":{}", "{\"a\":".repeat(2_000_000));

    let error = inspect(deep.as_bytes(), 0).unwrap_err();

    assert!(matches!(error, Error::UnknownField { .. }));
}

#[test]
fn a_file_that_changes_while_it_is_checked_is_refused() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("changing.safetensors");
    let whole = [&(HEADER.len() as u64).to_le_bytes(), HEADER.as_bytes(), &[0; 16]].concat();
    fs::write(&path, &whole).unwrap();
    let file = OpenFile::open(&path).unwrap();
    check(&file).unwrap();

    fs::write(&path, [&whole[..], &[0]].concat()).unwrap();

    assert!(matches!(check(&file).unwrap_err(), Error::FileChanged { .. }));
}
