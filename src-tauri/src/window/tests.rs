//! The page's side of the shell: what it may ask for, what it gets, and what is refused to it.

// What is around the tests is a test, too.
#![allow(clippy::unwrap_used)]

use std::io;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;

use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, noop_assets};
use tauri::webview::InvokeRequest;
use tauri::{App, Context, Manager, WebviewWindow, WebviewWindowBuilder};

use super::instance::{FirstOrSecond, claim};
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

fn invoke(window: &WebviewWindow<MockRuntime>, from: &str, command: &str, arguments: Value) -> Result<Value, String> {
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
            invoke(&window, PAGE, "engine", json!({ "command": text })).unwrap(),
            text
        );
    }
}

#[test]
fn a_command_that_is_too_long_is_refused_with_a_sentence() {
    let app = app();
    let long = "x".repeat(Kind::Command.limit() + 1);
    let answer = invoke(&window(&app, MAIN), PAGE, "engine", json!({ "command": long })).unwrap();
    let answer: Value = serde_json::from_str(answer.as_str().unwrap()).unwrap();
    assert_eq!(
        (answer["type"].as_str(), answer["problem"]["code"].as_str()),
        (Some("refused"), Some("bad-request"))
    );
}

#[test]
fn a_desktop_command_that_fails_says_why_with_a_code() {
    let app = app();
    let window = window(&app, MAIN);
    let gone = invoke(&window, PAGE, "show_picture", json!({ "picture": 7 })).unwrap_err();
    assert!(gone.contains("\"code\":\"not-found\""), "{gone}");
    for path in ["", "relative", "/nonexistent/folder", "/etc/passwd"] {
        let refused = invoke(&window, PAGE, "set_home", json!({ "path": path })).unwrap_err();
        assert!(refused.contains("\"code\":\"bad-request\""), "{refused}");
    }
}

#[test]
fn a_home_that_another_window_has_is_refused_and_left_alone() {
    let app = app();
    let window = window(&app, MAIN);
    let home = tempfile::tempdir().unwrap();
    let FirstOrSecond::First(instance) = claim(home.path(), &[]).unwrap() else {
        panic!("not the first")
    };
    let (shown, seen) = mpsc::channel();
    let _kept = instance.listen(move |files| shown.send(files).unwrap());
    let refused = invoke(&window, PAGE, "set_home", json!({ "path": home.path() })).unwrap_err();
    assert!(refused.contains("Another window works in"), "{refused}");
    // The other window was brought to the front.
    assert!(seen.recv().unwrap().is_empty());
    assert_eq!(app.state::<Engine>().home(), Path::new("/nonexistent"));
    assert!(invoke(&window, PAGE, "engine", json!({ "command": "{}" })).unwrap() == "{}");
}

#[test]
fn the_page_is_shown_larger_and_smaller_and_never_at_a_size_of_its_own() {
    let app = app();
    let window = window(&app, MAIN);
    let sizes = ["larger", "larger", "smaller", "usual"]
        .map(|change| invoke(&window, PAGE, "zoom", json!({ "change": change })).unwrap());
    assert_eq!(sizes, [110, 125, 110, 100].map(Value::from));
    for change in [json!("huge"), json!(500), json!(null)] {
        assert!(invoke(&window, PAGE, "zoom", json!({ "change": change })).is_err());
    }
}

/// What every plugin's commands among the denied ones take.
fn all_arguments() -> Value {
    json!({
        "path": "/tmp/x", "url": "https://example.com", "contents": "x", "program": "true", "args": [], "label": MAIN,
        "event": "engine", "payload": "x", "target": { "kind": "Any" }, "options": { "label": "new", "multiple": false },
        "message": "x", "paths": ["/tmp"], "rid": 1, "code": 0, "command": "{}", "clientConfig": { "url": "x" },
    })
}

fn assert_not_allowed(window: &WebviewWindow<MockRuntime>, from: &str, command: &str, arguments: Value) {
    let reason = invoke(window, from, command, arguments).unwrap_err();
    assert!(reason.contains("not allowed"), "{command} from {from}: {reason}");
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
        "plugin:window|set_fullscreen",
        "plugin:webview|create_webview_window",
        "plugin:webview|set_webview_zoom",
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
        assert_not_allowed(&window, PAGE, command, all_arguments());
    }
}

/// The commands that the capability grants to the page, in its order.
fn granted() -> Vec<String> {
    let capability: Value = serde_json::from_str(include_str!("../../capabilities/main.json")).unwrap();
    let permissions = capability["permissions"].as_array().unwrap().iter();
    permissions
        .filter_map(|permission| permission.as_str().unwrap().strip_prefix("allow-"))
        .map(|command| command.replace('-', "_"))
        .collect()
}

#[test]
fn another_window_and_another_page_may_ask_for_nothing() {
    let app = app();
    let (main, other) = (window(&app, MAIN), window(&app, "other"));
    let commands = [
        ("engine", json!({ "command": "{}" })),
        ("pick_folder", json!({})),
        ("pick_picture", json!({})),
        ("save_as", json!({ "name": "a.png" })),
        ("show_picture", json!({ "picture": 1 })),
        ("show_home", json!({})),
        ("copy_picture", json!({ "picture": 1 })),
        ("copy_text", json!({ "text": "x" })),
        ("engine_log", json!({})),
        ("restart_engine", json!({})),
        ("set_home", json!({ "path": "/nonexistent" })),
        ("show_progress", json!({ "percent": 1 })),
        ("zoom", json!({ "change": "larger" })),
        ("full_screen", json!({ "on": null })),
        ("close_window", json!({})),
        ("kept", json!({})),
        ("keep", json!({ "name": "draft", "text": "x" })),
    ];
    assert_eq!(commands.each_ref().map(|(command, _)| *command), granted().as_slice());
    assert!(invoke(&main, PAGE, "engine", commands[0].1.clone()).is_ok());
    let foreign = [
        "https://example.com",
        "http://localhost",
        "tauri://example.com",
        "file:///etc/passwd",
    ];
    for (command, arguments) in commands {
        assert_not_allowed(&other, PAGE, command, arguments.clone());
        for from in foreign {
            assert_not_allowed(&main, from, command, arguments.clone());
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
