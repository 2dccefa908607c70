//! Everything this crate can refuse: one row per problem, with its code and its sentence.
//!
//! A sentence names the value and the way out, because it is shown to the user as it stands.

use std::fmt;

/// What the crate's functions return.
pub type Result<T> = std::result::Result<T, Error>;

macro_rules! errors {
    ($($name:ident { $($field:ident: $kind:ty),* } $code:literal $text:literal;)*) => {
        /// A refusal. [`Error::code`] is stable and for programs, `Display` is for people.
        #[derive(Debug)]
        #[allow(missing_docs)]
        pub enum Error {
            $($name { $($field: $kind),* },)*
        }

        /// Every code with its sentence; the values stand in it as `{names}`.
        pub const CODES: &[(&str, &str)] = &[$(($code, $text)),*];

        impl Error {
            /// The stable name of this kind of problem.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $code,)*
                }
            }
        }

        impl fmt::Display for Error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$name { $($field),* } => write!(f, $text),)*
                }
            }
        }
    };
}

errors! {
    Io { action: &'static str, reason: std::io::Error } "io" "Could not {action} the file: {reason}; check that it exists and may be read";
    NotAFile { found: &'static str } "not-a-file" "This is {found}, not a regular file; choose a file";
    BadHandle { handle: i32 } "bad-handle" "{handle} is not an open file handle; open the file and pass its number";
    HandleNeedsUnix {} "handle-needs-unix" "Open file handles are read on Linux and macOS only; pass a path";
    FileChanged { before: u64, after: u64 } "file-changed" "The file changed while it was read (from {before} to {after} bytes); wait until it is complete and try again";
    Internal { reason: String } "internal" "The native extension stopped on a fault of its own: {reason}; please report it with the file";

    IsPickle {} "is-pickle" "This is a pickle, which can run code when it is opened, not a safetensors file; get the model as .safetensors";
    IsZip {} "is-zip" "This is a zip archive (often a PyTorch checkpoint with pickled code), not a safetensors file; get the model as .safetensors or unpack it first";
    IsGguf {} "is-gguf" "This is a GGUF file, not a safetensors file; get the model as .safetensors";
    IsHtml {} "is-html" "This is a web page, not a safetensors file; the download saved an error or login page: download the model again";
    IsLfsPointer {} "is-lfs-pointer" "This is a Git LFS pointer, not the model itself; fetch the file with `git lfs pull` or download it again";
    HeaderMissing { bytes: u64 } "header-missing" "The file has {bytes} bytes, too few for a safetensors header; download it again";
    HeaderTooLarge { bytes: u64, limit: u64 } "header-too-large" "The safetensors header claims {bytes} bytes, the limit is {limit}; the file is damaged or not a safetensors file: download it again";
    HeaderCut { has: u64, says: u64 } "header-cut" "The file is incomplete: it has {has} bytes, its header alone needs {says}; download it again";
    HeaderNotText { at: usize } "header-not-text" "The safetensors header is not UTF-8 text (byte {at}); the file is damaged: download it again";
    HeaderSyntax { expected: &'static str, at: usize } "header-syntax" "The safetensors header is not valid: expected {expected} at byte {at}; the file is damaged: download it again";
    DuplicateKey { key: String } "duplicate-key" "The safetensors header names {key:?} twice; the file is not trustworthy: get it from its source again";
    UnknownField { field: String, tensor: String } "unknown-field" "Tensor {tensor:?} has an unknown field {field:?} in the safetensors header; save the file again with a current safetensors library";
    MissingField { field: &'static str, tensor: String } "missing-field" "Tensor {tensor:?} has no {field} in the safetensors header; the file is damaged: download it again";
    MetadataNotText { key: String } "metadata-not-text" "The metadata entry {key:?} of the safetensors header is not text; save the file again with text only";
    MetadataTooMany { limit: usize } "metadata-too-many" "The metadata of the safetensors header has more than {limit} entries; save the file again without them";
    TooManyTensors { limit: usize } "too-many-tensors" "The safetensors header lists more than {limit} tensors; no model Darkroom runs has that many: get the file from its source again";
    NameEmpty {} "name-empty" "A tensor of the safetensors header has an empty name; the file is damaged: download it again";
    NameTooLong { bytes: usize, limit: usize } "name-too-long" "A tensor name of the safetensors header has {bytes} bytes, the limit is {limit}; get the file from its source again";
    NameUnprintable { name: String } "name-unprintable" "The tensor name {name:?} has characters that cannot be shown; get the file from its source again";
    UnknownDtype { dtype: String, tensor: String } "unknown-dtype" "Tensor {tensor:?} has the unknown dtype {dtype:?}; convert the model to F32, F16 or BF16";
    RankTooHigh { tensor: String, limit: usize } "rank-too-high" "Tensor {tensor:?} has more than {limit} dimensions; get the file from its source again";
    DimensionTooLarge { tensor: String, dimension: u64, limit: u64 } "dimension-too-large" "Tensor {tensor:?} has a dimension of {dimension}, the limit is {limit}; get the file from its source again";
    ShapeTooLarge { tensor: String } "shape-too-large" "The shape of tensor {tensor:?} has more elements than can be counted; get the file from its source again";
    ShapeNotWhole { tensor: String, bits: u128 } "shape-not-whole" "Tensor {tensor:?} takes {bits} bits, not a whole number of bytes; get the file from its source again";
    RangeReversed { tensor: String, start: u64, end: u64 } "range-reversed" "Tensor {tensor:?} ends at byte {end} before it starts at {start}; the file is damaged: download it again";
    SizeMismatch { tensor: String, needs: u128, has: u64 } "size-mismatch" "Tensor {tensor:?} needs {needs} bytes for its shape but has {has}; the file is damaged: download it again";
    Hole { tensor: String, start: u64, end: u64 } "hole" "The bytes {start} to {end} before tensor {tensor:?} belong to no tensor; get the file from its source again";
    Overlap { tensor: String, start: u64, end: u64 } "overlap" "Tensor {tensor:?} starts at byte {start} inside another one that ends at {end}; get the file from its source again";
    DataCut { has: u64, says: u64 } "data-cut" "The file is incomplete: it has {has} bytes, its header says {says}; download it again";
    TrailingBytes { has: u64, says: u64 } "trailing-bytes" "The file has {has} bytes, its header says {says}; something was added behind the model: get it from its source again";
    BoolTooLarge { bytes: u64, limit: u64 } "bool-too-large" "The BOOL tensors take {bytes} bytes, the limit is {limit}; get the file from its source again";
    BoolValue { tensor: String, value: u8 } "bool-value" "Tensor {tensor:?} holds {value} where only 0 and 1 are allowed; get the file from its source again";

    ShapeMismatch { expected: String, found: String } "shape-mismatch" "The numbers have the shape {found}, expected {expected}; pass the sizes of the same picture";
    FactorsMismatch { expected: String, found: String } "factors-mismatch" "The latent factors have {found}, expected {expected}; use the factors of this model family";
    NotFinite { count: usize, total: usize } "not-finite" "{count} of {total} values are NaN or infinite; the model produced no picture: try float32 precision";
    UnknownFormat { format: String, known: &'static str } "unknown-format" "The picture format {format:?} is not known; choose one of {known}";
    BadQuality { quality: i64 } "bad-quality" "The quality is {quality}; choose 1 to 100";
    BadSize { width: i64, height: i64, limit: u32 } "bad-size" "The picture size {width}x{height} cannot be written; choose 1 to {limit} per side";
    EncodeFailed { format: &'static str, reason: String } "encode-failed" "The picture could not be written as {format}: {reason}; choose another format";
    TextKeyword { keyword: String } "text-keyword" "{keyword:?} cannot name a text in a picture; use 1 to 79 Latin-1 letters without spaces at the ends";
    TextNul { keyword: String, at: usize } "text-nul" "The text {keyword:?} has a NUL character at {at}, which a picture cannot keep; remove it";
    TextSurrogate {} "text-surrogate" "The text has half a character (a lone surrogate), which UTF-8 cannot write; remove it";
    TextTooLarge { bytes: usize, limit: usize } "text-too-large" "The text of the picture takes {bytes} bytes or more, the limit is {limit}; shorten it or keep it beside the picture";
    TextTooMany { limit: usize } "text-too-many" "The picture has more than {limit} texts; it was not made by a picture program: get it from its source again";
    TextNeedsPng { format: &'static str, keyword: String } "text-needs-png" "A {format} keeps only one text named \"parameters\", not {keyword:?}; save as PNG";

    UnknownPicture {} "unknown-picture" "This is not a PNG, JPEG or WebP picture; convert it to one of them";
    PictureTooLarge { width: u32, height: u32, limit: u64 } "picture-too-large" "The picture is {width}x{height}, more than {limit} pixels; make it smaller first";
    PictureDamaged { reason: String } "picture-damaged" "The picture cannot be read: {reason}; get it from its source again";
    PictureCut {} "picture-cut" "The picture is incomplete: its end is missing; get it from its source again";
    BadEdge { edge: i64, limit: u32 } "bad-edge" "The thumbnail edge is {edge}; choose 1 to {limit}";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_is_used_once() {
        let codes: HashSet<_> = CODES.iter().map(|(code, _)| code).collect();

        assert_eq!(codes.len(), CODES.len());
    }

    #[test]
    fn a_sentence_carries_its_values() {
        let error = Error::DataCut { has: 10, says: 20 };

        assert_eq!(error.code(), "data-cut");
        assert_eq!(
            error.to_string(),
            "The file is incomplete: it has 10 bytes, its header says 20; download it again"
        );
    }
}
