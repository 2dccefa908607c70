//! Whether there is a display to open a window on, asked before anything that would only panic.

/// Connect to the display. The error is a sentence with the way out.
#[cfg(target_os = "linux")]
pub fn open() -> Result<(), String> {
    if gtk::init().is_ok() {
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

/// Elsewhere the desktop is always there.
#[cfg(not(target_os = "linux"))]
pub fn open() -> Result<(), String> {
    Ok(())
}
