//! The program `darkroom`. The page is embedded here, so that the library builds and is tested without it.

fn main() {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    // SAFETY: nothing has started a thread yet.
    let code = unsafe {
        darkroom_shell::start::run(&arguments, |options| {
            darkroom_shell::window::run(tauri::Builder::default(), tauri::generate_context!(), options)
        })
    };
    darkroom_shell::start::leave(code);
}
