//! The safetensors header check against any bytes: no crash, no hang, and nothing accepted that breaks a rule.
//!
//! The input is two bytes that say how much tensor data the file has (little-endian), then the header.

#![no_main]

use darkroom_native::safetensors::{DIMENSION_LIMIT, NAME_LIMIT, RANK_LIMIT, inspect};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &[u8]| {
    let Some((length, header)) = input.split_first_chunk::<2>() else {
        return;
    };
    let data = u64::from(u16::from_le_bytes(*length));
    let Ok(accepted) = inspect(header, data) else {
        return;
    };
    let Ok(Value::Object(entries)) = serde_json::from_slice(header) else {
        panic!("accepted what another reader of JSON refuses");
    };
    let texts = usize::from(entries.contains_key("__metadata__"));
    assert_eq!(entries.len(), accepted.tensors.len() + texts);
    let mut filled = 0;
    for tensor in &accepted.tensors {
        let entry = &entries[&tensor.name];
        assert_eq!(entry["dtype"], tensor.dtype.name);
        assert_eq!(entry["shape"], Value::from(tensor.shape.clone()));
        assert_eq!(entry["data_offsets"], Value::from(vec![tensor.start, tensor.end]));
        assert!(tensor.name.len() <= NAME_LIMIT && tensor.shape.len() <= RANK_LIMIT);
        assert!(tensor.shape.iter().all(|dimension| *dimension <= DIMENSION_LIMIT));
        assert_eq!(tensor.start, filled);
        let elements: u128 = tensor.shape.iter().map(|dimension| u128::from(*dimension)).product();
        assert_eq!(
            elements * u128::from(tensor.dtype.bits),
            u128::from(tensor.end - tensor.start) * 8
        );
        filled = tensor.end;
    }
    assert_eq!(filled, data);
});
