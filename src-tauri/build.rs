//! Tells Tauri which commands exist, so that each must be granted, and the linker where this machine's libpython is.

/// Every command of the page. One that is missing here has no permission for the capability to grant, and is refused.
const COMMANDS: &[&str] = &[
    "engine",
    "pick_folder",
    "pick_picture",
    "save_as",
    "show_picture",
    "show_home",
    "copy_picture",
    "copy_text",
    "engine_log",
    "restart_engine",
    "set_home",
    "show_progress",
    "zoom",
    "full_screen",
    "close_window",
    "kept",
    "keep",
];

fn main() {
    pyo3_build_config::add_libpython_rpath_link_args();
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let built = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest));
    if let Err(error) = built {
        panic!("the window's configuration is wrong: {error:#}");
    }
}
