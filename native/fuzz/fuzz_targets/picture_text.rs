//! The readers of picture texts against any bytes: no crash, no hang, and never more text than allowed.

#![no_main]

use darkroom_native::picture::{TextLimits, read_text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = TextLimits { bytes: 1_000, count: 3 };
    if let Ok(texts) = read_text(data, limits) {
        let bytes: usize = texts.iter().map(|(keyword, text)| keyword.len() + text.len()).sum();
        assert!(bytes <= limits.bytes && texts.len() <= limits.count);
    }
});
