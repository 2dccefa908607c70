//! The shell around the engine: a window, a supervised engine process, and the interpreter both need.
//!
//! It knows windows, processes and bytes; what the bytes mean is the business of the engine and of the page.

pub mod confine;
pub mod engine;
pub mod environment;
pub mod frames;
pub mod home;
pub mod interpreter;
pub mod log;
pub mod pipes;
pub mod signals;
pub mod small;
#[cfg(target_os = "linux")]
pub mod spare;
pub mod start;
pub mod supervisor;
pub mod window;
