//! The engine's environment variables, set before Python starts: several are read once, at import.

use std::env;
use std::ffi::OsStr;
use std::path::Path;

/// What keeps the libraries from looking at the network, even for a version number.
pub const OFFLINE: [(&str, &str); 8] = [
    ("HF_HUB_OFFLINE", "1"),
    ("HF_HUB_DISABLE_TELEMETRY", "1"),
    ("DO_NOT_TRACK", "1"),
    ("HF_HUB_DISABLE_UPDATE_CHECK", "1"),
    ("HF_HUB_DISABLE_XET", "1"),
    ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"),
    ("DIFFUSERS_DISABLE_REMOTE_CODE", "1"),
    ("USE_HUB_KERNELS", "NO"),
];

/// Variables that could change what runs: interpreter switches, caches of compiled code, proxies, hub tokens.
const CLEARED_PREFIXES: [&str; 9] = [
    "PYTHON",
    "TORCH",
    "TRITON",
    "HF_",
    "HUGGING",
    "TRANSFORMERS_",
    "DIFFUSERS_",
    "ACCELERATE_",
    "LD_PRELOAD",
];
const CLEARED_SUFFIX: &str = "_PROXY";

/// Whether the engine must not see the variable of this name.
#[must_use]
pub fn is_cleared(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return true };
    let upper = name.to_ascii_uppercase();
    upper.ends_with(CLEARED_SUFFIX) || CLEARED_PREFIXES.iter().any(|prefix| upper.starts_with(prefix))
}

/// Make this process's environment the engine's.
///
/// # Safety
/// No other thread may run yet: the C library's environment is shared and not locked.
pub unsafe fn prepare(home: &Path) {
    let cleared = env::vars_os().map(|(name, _)| name).filter(|name| is_cleared(name));
    for name in cleared.collect::<Vec<_>>() {
        // SAFETY: the caller promises that this is the only thread.
        unsafe { env::remove_var(name) };
    }
    for (name, value) in OFFLINE {
        // SAFETY: as above.
        unsafe { env::set_var(name, value) };
    }
    // SAFETY: as above.
    unsafe {
        env::set_var("HF_HOME", home.join("staging").join("hub"));
        env::set_var(crate::home::VARIABLE, home);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_change_the_engine_is_cleared() {
        let cleared = [
            "PYTHONPATH",
            "PYTHONHOME",
            "PYTHONSTARTUP",
            "http_proxy",
            "HTTPS_PROXY",
            "all_proxy",
            "TORCHINDUCTOR_CACHE_DIR",
            "TRITON_CACHE_DIR",
            "HF_TOKEN",
            "HF_ENDPOINT",
            "TRANSFORMERS_CACHE",
            "TORCH_HOME",
            "LD_PRELOAD",
        ];
        assert!(cleared.iter().all(|name| is_cleared(OsStr::new(name))));
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_cannot_be_read_is_cleared() {
        use std::os::unix::ffi::OsStrExt;
        assert!(is_cleared(OsStr::from_bytes(b"PYTHON\xff")));
    }

    #[test]
    fn what_a_desktop_needs_stays() {
        let kept = [
            "PATH",
            "HOME",
            "DISPLAY",
            "WAYLAND_DISPLAY",
            "XDG_DATA_HOME",
            "LANG",
            "CUDA_VISIBLE_DEVICES",
            "DARKROOM_HOME",
        ];
        assert!(!kept.iter().any(|name| is_cleared(OsStr::new(name))));
    }
}
