//! The page's side of the shell: what it may ask for, what it gets, and what is refused to it.

// What is around the tests is a test, too.
#![allow(clippy::unwrap_used)]

use std::io;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;

use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, noop_assets};
use tauri::webview::InvokeRequest;
use tauri::{App, Context, WebviewWindow, WebviewWindowBuilder};

use super::{MAIN, is_own_page, with_engine};
use crate::frames::{Frame, Kind};
use crate::log::EngineLog;
use crate::supervisor::Engine;
use crate::supervisor::placement::{Placement, Running};

const PAGE: &str = "tauri://localhost";

/// An engine that answers every command with what it was asked.
struct Echo;

impl Placement for Echo {
    fn start(&mut self, _home: &Path, _log: &Arc<EngineLog>) -> io::Result<Running> {
        let ((mut commands, input), (output, mut frames)) = (io::pipe()?, io::pipe()?);
        thread::spawn(move || {
            while let Ok(Some(frame)) = Frame::read(&mut commands) {
                let answer = match frame.kind {
                    Kind::Command => Frame {
                        kind: Kind::Answer,
                        ..frame
                    },
                    _ => Frame {
                        kind: Kind::PictureReply,
                        id: frame.id,
                        payload: Vec::new(),
                    },
                };
                answer.write(&mut frames).unwrap();
            }
        });
        Ok(Running {
            input: Box::new(input),
            output: Box::new(output),
            process: None,
        })
    }
}

fn context() -> Context<MockRuntime> {
    tauri::generate_context!("tauri.conf.json", assets = noop_assets(), test = true)
}

fn app() -> App<MockRuntime> {
    let (events, _) = mpsc::channel();
    let (engine, _) = Engine::start("/nonexistent".into(), Box::new(Echo), events).unwrap();
    with_engine(mock_builder(), engine).build(context()).unwrap()
}

fn window(app: &App<MockRuntime>, label: &str) -> WebviewWindow<MockRuntime> {
    WebviewWindowBuilder::new(app, label, tauri::WebviewUrl::default())
        .build()
        .unwrap()
}

fn invoke(
    window: &WebviewWindow<MockRuntime>,
    from: &str,
    command: &str,
    arguments: serde_json::Value,
) -> Result<serde_json::Value, String> {
    let request = InvokeRequest {
        cmd: command.into(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: from.parse().unwrap(),
        body: InvokeBody::Json(arguments),
        headers: tauri::http::HeaderMap::default(),
        invoke_key: INVOKE_KEY.to_string(),
    };
    get_ipc_response(window, request)
        .map(|body| body.deserialize().unwrap())
        .map_err(|error| error.as_str().map_or_else(|| error.to_string(), str::to_owned))
}

#[test]
fn a_command_reaches_the_engine_and_its_answer_the_page_byte_for_byte() {
    let app = app();
    let window = window(&app, MAIN);
    let texts = [
        "{\"type\":\"getSnapshot\"}",
        "{\"prompt\":\"\u{202e}</script><b>\\u0000 ä 🌊\"}",
        "no JSON at all",
    ];
    for text in texts {
        assert_eq!(
            invoke(&window, PAGE, "engine", serde_json::json!({ "command": text })).unwrap(),
            text
        );
    }
}

#[test]
fn a_command_that_is_too_long_is_refused_with_a_sentence() {
    let app = app();
    let long = "x".repeat(Kind::Command.limit() + 1);
    let answer = invoke(
        &window(&app, MAIN),
        PAGE,
        "engine",
        serde_json::json!({ "command": long }),
    )
    .unwrap();
    let answer: serde_json::Value = serde_json::from_str(answer.as_str().unwrap()).unwrap();
    assert_eq!(
        (answer["type"].as_str(), answer["problem"]["code"].as_str()),
        (Some("refused"), Some("bad-request"))
    );
}

#[test]
fn a_desktop_command_that_fails_says_why_with_a_code() {
    let app = app();
    let window = window(&app, MAIN);
    let gone = invoke(&window, PAGE, "show_picture", serde_json::json!({ "picture": 7 })).unwrap_err();
    assert!(gone.contains("\"code\":\"not-found\""), "{gone}");
    for path in ["", "relative", "/nonexistent/folder", "/etc/passwd"] {
        let refused = invoke(&window, PAGE, "set_home", serde_json::json!({ "path": path })).unwrap_err();
        assert!(refused.contains("\"code\":\"bad-request\""), "{refused}");
    }
}

#[test]
fn what_is_not_granted_is_denied() {
    let app = app();
    let window = window(&app, MAIN);
    let denied = [
        "plugin:fs|read_file",
        "plugin:fs|write_text_file",
        "plugin:shell|execute",
        "plugin:shell|spawn",
        "plugin:http|fetch",
        "plugin:dialog|open",
        "plugin:dialog|save",
        "plugin:dialog|message",
        "plugin:opener|open_path",
        "plugin:window-state|save_window_state",
        "plugin:window|close",
        "plugin:window|create",
        "plugin:window|destroy",
        "plugin:webview|create_webview_window",
        "plugin:webview|internal_toggle_devtools",
        "plugin:event|emit",
        "plugin:event|emit_to",
        "plugin:path|resolve",
        "plugin:app|version",
        "plugin:resources|close",
        "plugin:menu|new",
        "plugin:tray|new",
        "plugin:image|from_path",
        "plugin:process|exit",
        "plugin:updater|check",
        "unknown_command",
    ];
    for command in denied {
        assert!(
            invoke(&window, PAGE, command, serde_json::json!({})).is_err(),
            "{command}"
        );
    }
}

#[test]
fn another_window_and_another_page_may_ask_for_nothing() {
    let app = app();
    let (main, other) = (window(&app, MAIN), window(&app, "other"));
    let asked = serde_json::json!({ "command": "{}" });
    assert!(invoke(&main, PAGE, "engine", asked.clone()).is_ok());
    for command in [
        "engine",
        "pick_folder",
        "save_as",
        "show_home",
        "copy_text",
        "engine_log",
        "restart_engine",
        "set_home",
        "show_progress",
    ] {
        assert!(
            invoke(&other, PAGE, command, asked.clone()).is_err(),
            "{command} from another window"
        );
        for from in [
            "https://example.com",
            "http://localhost",
            "tauri://example.com",
            "file:///etc/passwd",
        ] {
            assert!(
                invoke(&main, from, command, asked.clone()).is_err(),
                "{command} from {from}"
            );
        }
    }
}

#[test]
fn the_page_is_locked_up_in_itself() {
    let context = context();
    let app = &context.config().app;
    assert!(!app.with_global_tauri);
    assert!(app.security.freeze_prototype);
    assert!(!app.security.asset_protocol.enable);
    assert!(app.windows.is_empty());
    let csp = app.security.csp.as_ref().unwrap().to_string();
    for hole in ["unsafe", "*", "https:", "http://localhost"] {
        assert!(!csp.contains(hole), "{csp}");
    }
    for rule in [
        "default-src 'none'",
        "script-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ] {
        assert!(csp.contains(rule), "{csp}");
    }
}

#[test]
fn links_lead_nowhere() {
    assert!(is_own_page("tauri://localhost") && is_own_page("tauri://localhost/index.html"));
    let foreign = [
        "https://example.com/",
        "http://tauri.localhost.example.com/",
        "tauri://localhost.example.com/",
        "about:blank",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,<script>",
        "picture://localhost/1",
        "blob:tauri://localhost/1",
    ];
    assert!(!foreign.into_iter().any(is_own_page));
}
