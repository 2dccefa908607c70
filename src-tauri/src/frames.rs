//! Frames: what goes through the pipes between the window and the engine.
//!
//! u32 length of the rest · u8 kind · u64 id · payload, all little-endian. The engine's side is
//! `darkroom/bridge/frames.py`; the tests of both read `tests/bridge/goldens.json`.

use std::io::{self, Read, Write};

/// Bytes before the payload, without the length itself.
const REST: usize = 9;
const HEAD: usize = 4 + REST;
const MEBIBYTE: usize = 1 << 20;

/// What a frame is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// JSON of a command; the id is the window's.
    Command = 1,
    /// JSON of the answer to the command with the same id.
    Answer = 2,
    /// JSON of an event.
    Event = 3,
    /// The key of a preview.
    PreviewRequest = 4,
    /// Mime type and bytes of a preview.
    PreviewReply = 5,
    /// The id of a picture and what of it.
    PictureRequest = 6,
    /// Mime type and bytes of a picture.
    PictureReply = 7,
    /// A sign of life.
    Heartbeat = 8,
}

impl Kind {
    /// Bytes a payload of this kind may have.
    #[must_use]
    pub const fn limit(self) -> usize {
        match self {
            Self::Command => 4 * MEBIBYTE,
            Self::Answer => 64 * MEBIBYTE,
            Self::Event => MEBIBYTE,
            Self::PreviewRequest | Self::PictureRequest => 256,
            Self::PreviewReply => 16 * MEBIBYTE,
            Self::PictureReply => 256 * MEBIBYTE,
            Self::Heartbeat => 64,
        }
    }

    const fn of(tag: u8) -> Option<Self> {
        Some(match tag {
            1 => Self::Command,
            2 => Self::Answer,
            3 => Self::Event,
            4 => Self::PreviewRequest,
            5 => Self::PreviewReply,
            6 => Self::PictureRequest,
            7 => Self::PictureReply,
            8 => Self::Heartbeat,
            _ => return None,
        })
    }
}

/// One frame; `id` ties a reply to its request and is 0 where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it is about.
    pub kind: Kind,
    /// The request's number.
    pub id: u64,
    /// What it says.
    pub payload: Vec<u8>,
}

impl Frame {
    /// The bytes of the frame; an error when the payload is larger than its kind may be.
    pub fn encode(&self) -> io::Result<Vec<u8>> {
        within(self.kind, self.payload.len())?;
        let length = u32::try_from(REST + self.payload.len()).map_err(io::Error::other)?;
        let mut bytes = Vec::with_capacity(HEAD + self.payload.len());
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.push(self.kind as u8);
        bytes.extend_from_slice(&self.id.to_le_bytes());
        bytes.extend_from_slice(&self.payload);
        Ok(bytes)
    }

    /// Write the frame whole.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        to.write_all(&self.encode()?)?;
        to.flush()
    }

    /// The next frame, `None` at the end of the stream. After an error the stream has no meaning any more.
    pub fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut head = [0; HEAD];
        if !fill(from, &mut head)? {
            return Ok(None);
        }
        let [a, b, c, d, tag, id @ ..] = head;
        let kind = Kind::of(tag).ok_or_else(|| hostile(format!("Frame kind {tag} is unknown")))?;
        let length = u32::from_le_bytes([a, b, c, d]) as usize;
        let size = length
            .checked_sub(REST)
            .ok_or_else(|| hostile(format!("A frame of {length} bytes is shorter than its head")))?;
        within(kind, size)?;
        let mut payload = vec![0; size];
        from.read_exact(&mut payload)?;
        Ok(Some(Self {
            kind,
            id: u64::from_le_bytes(id),
            payload,
        }))
    }
}

fn within(kind: Kind, size: usize) -> io::Result<()> {
    if size > kind.limit() {
        let limit = kind.limit();
        return Err(hostile(format!(
            "A {kind:?} frame of {size} bytes is above its limit of {limit}"
        )));
    }
    Ok(())
}

fn hostile(sentence: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, sentence)
}

/// Fill `head`; false when the stream ended before its first byte.
fn fill(from: &mut impl Read, head: &mut [u8]) -> io::Result<bool> {
    let mut have = 0;
    while have < head.len() {
        match from.read(&mut head[have..]) {
            Ok(0) if have == 0 => return Ok(false),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => have += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// Bytes with a type, as a preview or picture reply holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The mime type the engine decided by content.
    pub mime: String,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Attachment {
    /// What a reply holds; `None` when what was asked for is gone.
    #[must_use]
    pub fn open(payload: &[u8]) -> Option<Self> {
        let (&size, rest) = payload.split_first()?;
        let (mime, bytes) = rest.split_at_checked(usize::from(size))?;
        Some(Self {
            mime: str::from_utf8(mime).ok()?.to_owned(),
            bytes: bytes.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn goldens() -> Value {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/bridge/goldens.json");
        serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
    }

    fn bytes(hex: &Value) -> Vec<u8> {
        let hex = hex.as_str().unwrap();
        (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect()
    }

    #[test]
    fn a_frame_is_the_bytes_that_python_writes() {
        let goldens = goldens();
        let frames = goldens["frames"].as_array().unwrap();
        assert!(frames.len() >= 9);
        for golden in frames {
            let frame = Frame {
                kind: Kind::of(u8::try_from(golden["kind"].as_u64().unwrap()).unwrap()).unwrap(),
                id: golden["id"].as_str().unwrap().parse().unwrap(),
                payload: bytes(&golden["payload"]),
            };
            let whole = bytes(&golden["bytes"]);
            assert_eq!(frame.encode().unwrap(), whole, "{}", golden["name"]);
            assert_eq!(Frame::read(&mut whole.as_slice()).unwrap(), Some(frame));
        }
    }

    #[test]
    fn a_hostile_head_is_refused_before_its_payload_is_read() {
        for golden in goldens()["refused"].as_array().unwrap() {
            let whole = bytes(&golden["bytes"]);
            let error = Frame::read(&mut whole.as_slice()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{}", golden["name"]);
        }
    }

    #[test]
    fn a_payload_above_its_limit_is_not_written() {
        let mut beat = Frame {
            kind: Kind::Heartbeat,
            id: 0,
            payload: vec![0; Kind::Heartbeat.limit()],
        };
        assert!(beat.encode().is_ok());
        beat.payload.push(0);
        assert_eq!(beat.encode().unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn a_stream_ends_only_between_frames() {
        let whole = Frame {
            kind: Kind::Event,
            id: 0,
            payload: b"{}".to_vec(),
        }
        .encode()
        .unwrap();
        assert_eq!(Frame::read(&mut [].as_slice()).unwrap(), None);
        for cut in 1..whole.len() {
            assert!(Frame::read(&mut &whole[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn an_attachment_with_a_wrong_length_is_gone() {
        assert_eq!(Attachment::open(b""), None);
        assert_eq!(Attachment::open(b"\x09image"), None);
        assert_eq!(Attachment::open(b"\x02\xff\xfe"), None);
        let found = Attachment::open(b"\x09image/pngPNG").unwrap();
        assert_eq!(
            (found.mime.as_str(), found.bytes.as_slice()),
            ("image/png", b"PNG".as_slice())
        );
    }
}
