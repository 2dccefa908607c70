//! Whether there is a display to open a window on, asked before anything that would only panic, and what it can.

#[cfg(target_os = "linux")]
use std::path::Path;

/// Where Linux lists its graphics devices.
#[cfg(target_os = "linux")]
const DEVICES: &str = "/dev/dri";

/// In milliseconds, as GTK counts the blinking of a caret.
#[cfg(target_os = "linux")]
const DAY: i32 = 24 * 60 * 60 * 1000;

/// Choose how the page is drawn: without a graphics device the processor would put the whole window together anew for
/// every frame, in the time that the picture needs. Told so, `WebKit` draws the changed part alone.
///
/// # Safety
/// No other thread may run yet. (There is a setting as well, but where it comes after the page has been drawn once,
/// resizing the window ends the page's process.)
#[cfg(target_os = "linux")]
pub unsafe fn prepare() {
    if !has_graphics_device(Path::new(DEVICES)) {
        // SAFETY: the caller promises that this is the only thread.
        unsafe { std::env::set_var("WEBKIT_DISABLE_COMPOSITING_MODE", "1") };
    }
}

/// Elsewhere the system's own view does what it does.
///
/// # Safety
/// As above.
#[cfg(not(target_os = "linux"))]
pub unsafe fn prepare() {}

/// Connect to the display. The error is a sentence with the way out.
#[cfg(target_os = "linux")]
pub fn open() -> Result<(), String> {
    if gtk::init().is_ok() {
        if !has_graphics_device(Path::new(DEVICES)) {
            hold_the_caret_still();
        }
        return Ok(());
    }
    let named = ["WAYLAND_DISPLAY", "DISPLAY"].into_iter().find_map(|name| {
        std::env::var(name)
            .ok()
            .filter(|value| !value.is_empty())
            .map(|value| format!("{name}={value}"))
    });
    let what = named.map_or_else(
        || "There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set.".to_owned(),
        |named| format!("The display {named} does not answer."),
    );
    Err(format!(
        "{what} Start Darkroom from a desktop session, or use `darkroom generate`, which needs none."
    ))
}

#[cfg(target_os = "linux")]
fn has_graphics_device(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|found| {
        found
            .flatten()
            .any(|device| device.file_name().to_string_lossy().starts_with("renderD"))
    })
}

/// A caret that blinks draws twice a second, all day, and without a graphics device the processor does it. One that
/// blinks once a day stands still. (One that is told not to blink makes `WebKit` ask for sixty frames a second.)
#[cfg(target_os = "linux")]
fn hold_the_caret_still() {
    use gtk::prelude::GtkSettingsExt;
    if let Some(settings) = gtk::Settings::default() {
        settings.set_gtk_cursor_blink(true);
        settings.set_gtk_cursor_blink_time(DAY);
    }
}

/// Elsewhere the desktop is always there.
#[cfg(not(target_os = "linux"))]
pub fn open() -> Result<(), String> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_graphics_device_is_one_that_renders() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_graphics_device(&folder.path().join("missing")));
        std::fs::write(folder.path().join("card0"), "").unwrap();
        assert!(!has_graphics_device(folder.path()));
        std::fs::write(folder.path().join("renderD128"), "").unwrap();
        assert!(has_graphics_device(folder.path()));
    }
}
