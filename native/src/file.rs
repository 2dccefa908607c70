//! One open file from the check to the end of the reading; never a second look at a path.

use std::fs::File;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::error::{Error, Result};

/// A regular file, opened once. Reading does not move the handle's position, so a caller's own handle can be shared.
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    identity: Identity,
}

/// Which file this is, and which state of it; equal before and after means nobody changed it in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The device the file is on (0 where the platform does not say).
    pub device: u64,
    /// The file's number on that device (0 where the platform does not say).
    pub inode: u64,
    /// Length in bytes.
    pub size: u64,
    /// Time of the last change in nanoseconds since 1970 (0 for earlier ones).
    pub modified_ns: u64,
}

impl OpenFile {
    /// Opens `path` without waiting: a named pipe is refused instead of hanging for ever.
    pub fn open(path: &Path) -> Result<Self> {
        let mut options = File::options();
        options.read(true);
        without_waiting(&mut options);
        let file = options
            .open(path)
            .map_err(|reason| Error::Io { action: "open", reason })?;
        Self::new(file)
    }

    /// Takes over a handle that is already open.
    pub fn new(file: File) -> Result<Self> {
        let identity = identify(&file)?;
        Ok(Self { file, identity })
    }

    /// What the file was when it was opened.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// Length in bytes when it was opened.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.identity.size
    }

    /// Fills `buffer` from byte `offset`; fewer bytes than the size promised means the file was changed.
    pub fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> Result<()> {
        let mut done = 0;
        while done < buffer.len() {
            let at = offset + done as u64;
            match read_at(&self.file, &mut buffer[done..], at) {
                Ok(0) => return Err(self.changed_to(at)),
                Ok(count) => done += count,
                Err(reason) if reason.kind() == std::io::ErrorKind::Interrupted => {}
                Err(reason) => return Err(Error::Io { action: "read", reason }),
            }
        }
        Ok(())
    }

    /// Fails if the file is no longer what it was when it was opened.
    pub fn require_unchanged(&self) -> Result<()> {
        let now = identify(&self.file)?;
        if now == self.identity {
            return Ok(());
        }
        Err(self.changed_to(now.size))
    }

    fn changed_to(&self, after: u64) -> Error {
        Error::FileChanged {
            before: self.identity.size,
            after,
        }
    }
}

fn identify(file: &File) -> Result<Identity> {
    let metadata = file.metadata().map_err(|reason| Error::Io {
        action: "examine",
        reason,
    })?;
    if !metadata.is_file() {
        let found = if metadata.is_dir() {
            "a folder"
        } else {
            "a pipe, socket or device"
        };
        return Err(Error::NotAFile { found });
    }
    let modified_ns = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .and_then(|age| u64::try_from(age.as_nanos()).ok())
        .unwrap_or(0);
    let (device, inode) = number(&metadata);
    Ok(Identity {
        device,
        inode,
        size: metadata.len(),
        modified_ns,
    })
}

#[cfg(unix)]
fn without_waiting(options: &mut std::fs::OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;

    options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
}

#[cfg(not(unix))]
fn without_waiting(_options: &mut std::fs::OpenOptions) {}

#[cfg(unix)]
fn number(metadata: &std::fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;

    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn number(_metadata: &std::fs::Metadata) -> (u64, u64) {
    (0, 0)
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
