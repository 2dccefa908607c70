//! One window per home folder. The first start holds a lock; a later one hands over its files and ends.
//!
//! The lock is the kernel's and dies with its process. It needs no session bus, which a plain X server has not, and
//! two homes may have a window each.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The first window opens its socket a moment after it took the lock.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);
const MESSAGE_BYTES: u64 = 1 << 20;
/// So many names fit into a message, however long they are. The page shows the first that it can read.
const MOST_FILES: usize = 32;

/// What a start turned out to be.
#[derive(Debug)]
pub enum FirstOrSecond {
    /// The first: it opens the window.
    First(Instance),
    /// A later one: its files are handed over.
    Second,
}

/// The claim on a home folder, before it listens for later starts.
#[derive(Debug)]
pub struct Instance {
    lock: File,
    listener: UnixListener,
    folder: PathBuf,
}

/// The claim on a home folder that hears of later starts. It ends when this is dropped, or the process.
#[derive(Debug)]
pub struct Claim {
    folder: PathBuf,
    given_up: Arc<AtomicBool>,
    _lock: File,
}

/// Claim the window of `home`, or hand `files` to the one that has it.
pub fn claim(home: &Path, files: &[PathBuf]) -> io::Result<FirstOrSecond> {
    if !home.is_absolute() {
        return Err(io::ErrorKind::InvalidFilename.into());
    }
    let folder = home.join("window");
    fs::create_dir_all(&folder)?;
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("lock"))?;
    let until = Instant::now() + PATIENCE;
    loop {
        match lock.try_lock() {
            Ok(()) => {
                return Ok(FirstOrSecond::First(Instance {
                    lock,
                    listener: bind(&folder)?,
                    folder,
                }));
            }
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => {}
        }
        if hand_over(&folder, files).is_ok() {
            return Ok(FirstOrSecond::Second);
        }
        if Instant::now() > until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        thread::sleep(PAUSE);
    }
}

fn bind(folder: &Path) -> io::Result<UnixListener> {
    let _ = fs::remove_file(folder.join("socket"));
    within(folder, |socket| UnixListener::bind(socket))
}

fn hand_over(folder: &Path, files: &[PathBuf]) -> io::Result<()> {
    let mut stream = within(folder, |socket| UnixStream::connect(socket))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let here = std::env::current_dir().unwrap_or_default();
    let names = files.iter().take(MOST_FILES);
    let names = names.map(|file| here.join(file).to_string_lossy().into_owned());
    stream.write_all(&serde_json::to_vec(&names.collect::<Vec<_>>())?)?;
    stream.shutdown(std::net::Shutdown::Write)?;
    let mut answer = [0; 1];
    stream.read_exact(&mut answer)
}

/// The address of a socket may have only some hundred bytes; through the folder's descriptor it is always short.
fn within<T>(folder: &Path, with: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd;
        let folder = File::open(folder)?;
        with(Path::new(&format!("/proc/self/fd/{}/socket", folder.as_raw_fd())))
    }
    #[cfg(not(target_os = "linux"))]
    with(&folder.join("socket"))
}

impl Instance {
    /// Call `opened` with the files of every later start, on a thread of its own.
    pub fn listen(self, opened: impl Fn(Vec<PathBuf>) + Send + 'static) -> Claim {
        let Self { lock, listener, folder } = self;
        let given_up = Arc::new(AtomicBool::new(false));
        let ended = given_up.clone();
        let listening = move || {
            for stream in listener.incoming().flatten() {
                if ended.load(Ordering::Acquire) {
                    return;
                }
                if let Ok(files) = receive(stream) {
                    opened(files);
                }
            }
        };
        let _ = thread::Builder::new().name("later starts".into()).spawn(listening);
        Claim {
            folder,
            given_up,
            _lock: lock,
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.given_up.store(true, Ordering::Release);
        // Only a caller wakes the thread. A start that is turned away here finds the lock free and opens a window.
        let _ = within(&self.folder, |socket| UnixStream::connect(socket));
    }
}

fn receive(mut stream: UnixStream) -> io::Result<Vec<PathBuf>> {
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let mut message = Vec::new();
    (&stream).take(MESSAGE_BYTES).read_to_end(&mut message)?;
    let files: Vec<PathBuf> = serde_json::from_slice(&message)?;
    stream.write_all(b"1")?;
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn of_fifty_starts_one_is_first_and_hears_from_all_others() {
        // Longer than the address of a socket may be.
        let above = tempfile::tempdir().unwrap();
        let home = above.path().join("a".repeat(100)).join("b".repeat(100));
        let (heard, names) = mpsc::channel();
        let starts = (0..50).map(|number| {
            let (home, heard) = (home.clone(), heard.clone());
            thread::spawn(
                move || match claim(&home, &[PathBuf::from(format!("/{number}.png"))]).unwrap() {
                    FirstOrSecond::Second => 0,
                    FirstOrSecond::First(instance) => {
                        let claim = instance.listen(move |files| heard.send(files).unwrap());
                        // For the starts that are still to come.
                        std::mem::forget(claim);
                        1
                    }
                },
            )
        });
        let starts: Vec<_> = starts.collect();
        let first: u32 = starts.into_iter().map(|start| start.join().unwrap()).sum();
        assert_eq!(first, 1);
        let heard: std::collections::HashSet<_> = names.iter().take(49).flatten().collect();
        assert_eq!(heard.len(), 49);
    }

    #[test]
    fn more_pictures_than_a_message_holds_do_not_open_a_second_window() {
        let home = tempfile::tempdir().unwrap();
        let FirstOrSecond::First(first) = claim(home.path(), &[]).unwrap() else {
            panic!("not the first")
        };
        let (heard, files) = mpsc::channel();
        let _kept = first.listen(move |names| heard.send(names).unwrap());
        let folder = Path::new("/pictures").join("long".repeat(50));
        let many: Vec<_> = (0..10_000).map(|number| folder.join(format!("{number}.png"))).collect();
        assert!(matches!(claim(home.path(), &many).unwrap(), FirstOrSecond::Second));
        assert_eq!(files.recv().unwrap(), many[..MOST_FILES]);
    }

    #[test]
    fn a_stranger_who_says_nothing_keeps_no_later_start_waiting() {
        let home = tempfile::tempdir().unwrap();
        let FirstOrSecond::First(first) = claim(home.path(), &[]).unwrap() else {
            panic!("not the first")
        };
        let _kept = first.listen(|_| ());
        let _stranger = within(&home.path().join("window"), |socket| UnixStream::connect(socket)).unwrap();
        assert!(matches!(claim(home.path(), &[]).unwrap(), FirstOrSecond::Second));
    }

    #[test]
    fn a_dead_windows_socket_does_not_stop_the_next() {
        let home = tempfile::tempdir().unwrap();
        let FirstOrSecond::First(first) = claim(home.path(), &[]).unwrap() else {
            panic!("not the first")
        };
        drop(first);
        assert!(matches!(claim(home.path(), &[]).unwrap(), FirstOrSecond::First(_)));
    }

    #[test]
    fn a_home_that_was_left_is_free_for_another_window() {
        let home = tempfile::tempdir().unwrap();
        let FirstOrSecond::First(first) = claim(home.path(), &[]).unwrap() else {
            panic!("not the first")
        };
        let (heard, files) = mpsc::channel::<Vec<PathBuf>>();
        let left = first.listen(move |files| heard.send(files).unwrap());
        drop(left);
        let FirstOrSecond::First(next) = claim(home.path(), &[]).unwrap() else {
            panic!("still claimed")
        };
        let _kept = next.listen(|_| ());
        assert!(matches!(claim(home.path(), &[]).unwrap(), FirstOrSecond::Second));
        // The thread of the window that left has ended, and with it the sender.
        assert!(files.recv().is_err());
    }

    #[test]
    fn a_home_that_cannot_be_made_is_an_error() {
        assert!(claim(Path::new("/proc/nowhere"), &[]).is_err());
        assert!(claim(Path::new("~nobody-of-this-name"), &[]).is_err());
    }
}
