//! The colour of the window before the page has painted: white would flash in the dark.

use std::path::Path;

use tauri::window::Color;
use tauri::{Runtime, Theme, WebviewWindow};

use crate::small;

/// `--bg` of the page's two themes, in `ui/src/design/tokens.css`.
const LIGHT: Color = Color(0xf6, 0xf6, 0xf7, 0xff);
const DARK: Color = Color(0x19, 0x19, 0x1b, 0xff);

/// Paint the window in the theme that is set in this home; without one, in the desktop's.
pub(super) fn paint<R: Runtime>(window: &WebviewWindow<R>, home: &Path) -> tauri::Result<()> {
    let theme = chosen(home).or_else(|| window.theme().ok());
    window.set_background_color(Some(if theme == Some(Theme::Dark) { DARK } else { LIGHT }))
}

/// The engine writes this line of `settings.toml`. Whatever else stands there is left to it.
fn chosen(home: &Path) -> Option<Theme> {
    let settings = small::text(&home.join("settings.toml"), small::FEW)?;
    settings.lines().find_map(|line| match line {
        r#"theme = "dark""# => Some(Theme::Dark),
        r#"theme = "light""# => Some(Theme::Light),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use super::*;

    #[test]
    fn the_theme_is_read_from_the_settings_and_anything_else_is_the_desktops() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(chosen(home.path()), None);
        for (text, theme) in [
            ("device = \"auto\"\ntheme = \"dark\"\n", Some(Theme::Dark)),
            ("theme = \"light\"\n", Some(Theme::Light)),
            ("theme = \"system\"\n", None),
            ("theme = \"mauve\"\n# theme = \"dark\"\n", None),
        ] {
            fs::write(home.path().join("settings.toml"), text).unwrap();
            assert_eq!(chosen(home.path()), theme, "{text}");
        }
    }
}
