//! `preview://localhost/KEY` and `picture://localhost/ID-PAGE?thumb=EDGE`: names the engine gave, never paths.
//!
//! PAGE is the page's own word. The web view keeps what it got under an address for good, and the same id is another
//! picture in another home: a page that was loaded again has other addresses.
//!
//! What a picture is was decided by its content, in the engine; here only three types pass, and nothing else is ever
//! sent to the page.

// Tauri hands a scheme its arguments by value.
#![allow(clippy::needless_pass_by_value)]

use tauri::http::{Method, Request, Response, StatusCode, header};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

use super::MAIN;
use crate::frames::{Attachment, Kind};
use crate::supervisor::Engine;

const TYPES: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];
const PAGE: &str = if cfg!(windows) {
    "http://tauri.localhost"
} else {
    "tauri://localhost"
};
const KEY_LENGTH: usize = 128;
const PAGE_LENGTH: usize = 16;
const LONGEST_EDGE: u32 = 2048;

/// The handler of `preview://`.
pub fn preview<R: Runtime>(context: UriSchemeContext<'_, R>, request: Request<Vec<u8>>, responder: UriSchemeResponder) {
    answer(
        &context,
        Kind::PreviewRequest,
        preview_request(&request),
        "no-store",
        responder,
    );
}

/// The handler of `picture://`.
pub fn picture<R: Runtime>(context: UriSchemeContext<'_, R>, request: Request<Vec<u8>>, responder: UriSchemeResponder) {
    answer(
        &context,
        Kind::PictureRequest,
        picture_request(&request),
        "private, max-age=86400",
        responder,
    );
}

fn answer<R: Runtime>(
    context: &UriSchemeContext<'_, R>,
    kind: Kind,
    asked: Option<Vec<u8>>,
    caching: &'static str,
    responder: UriSchemeResponder,
) {
    let Some(asked) = asked.filter(|_| context.webview_label() == MAIN) else {
        responder.respond(missing());
        return;
    };
    let line = context.app_handle().state::<Engine>().line.clone();
    tauri::async_runtime::spawn(async move {
        let reply = line
            .ask(kind, asked)
            .await
            .ok()
            .and_then(|payload| Attachment::open(&payload));
        responder.respond(reply.and_then(|reply| found(reply, caching)).unwrap_or_else(missing));
    });
}

/// What to ask the engine for a preview; `None` for anything that is not exactly a key.
#[must_use]
pub fn preview_request(request: &Request<Vec<u8>>) -> Option<Vec<u8>> {
    let key = unescaped(own_path(request)?)?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._:-".contains(byte);
    let fits = (1..=KEY_LENGTH).contains(&key.len()) && key.iter().all(plain) && request.uri().query().is_none();
    fits.then_some(key)
}

/// What to ask the engine for a picture; `None` for anything that is not exactly an id, a page and perhaps an edge.
#[must_use]
pub fn picture_request(request: &Request<Vec<u8>>) -> Option<Vec<u8>> {
    let (id, page) = own_path(request)?.split_once('-')?;
    let id: u64 = number(id)?;
    if !is_page(page) {
        return None;
    }
    match request.uri().query() {
        None => Some(id.to_string().into_bytes()),
        Some(query) => {
            let edge: u32 = number(query.strip_prefix("thumb=")?)?;
            (edge <= LONGEST_EDGE).then(|| format!("{id} thumb:{edge}").into_bytes())
        }
    }
}

fn own_path(request: &Request<Vec<u8>>) -> Option<&str> {
    let uri = request.uri();
    let scheme = uri.scheme_str()?;
    let host = uri.authority()?.as_str();
    let own = host == "localhost" || (cfg!(windows) && scheme == "http");
    if request.method() != Method::GET || !own {
        return None;
    }
    uri.path().strip_prefix('/')
}

fn is_page(word: &str) -> bool {
    (1..=PAGE_LENGTH).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A number as the page writes it: no sign, no leading zero, at most 18 digits.
fn number<N: std::str::FromStr>(text: &str) -> Option<N> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (1..=18).contains(&text.len()) && !text.starts_with('0')).then(|| text.parse().ok())?
}

/// Percent escapes undone, once.
fn unescaped(path: &str) -> Option<Vec<u8>> {
    let mut parts = path.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (hex, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(hex, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    Some(bytes)
}

/// The response with a picture; `None` when its type is none that a page may see.
#[must_use]
pub fn found(reply: Attachment, caching: &str) -> Option<Response<Vec<u8>>> {
    let mime = TYPES.into_iter().find(|mime| *mime == reply.mime)?;
    response(StatusCode::OK)
        .header(header::CONTENT_TYPE, mime)
        .header(header::CACHE_CONTROL, caching)
        .body(reply.bytes)
        .ok()
}

/// The one response to everything else.
#[must_use]
pub fn missing() -> Response<Vec<u8>> {
    let response = response(StatusCode::NOT_FOUND)
        .header(header::CONTENT_TYPE, "text/plain")
        .body(Vec::new());
    response.unwrap_or_default()
}

fn response(status: StatusCode) -> tauri::http::response::Builder {
    Response::builder()
        .status(status)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, PAGE)
        .header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox")
}
