//! What addresses of pictures and previews may look like, and what comes back.

// What is around the tests is a test, too.
#![allow(clippy::unwrap_used)]

use tauri::http::{Method, Request};

use super::schemes::{found, missing, picture_request, preview_request};
use crate::frames::Attachment;

fn request(url: &str) -> Request<Vec<u8>> {
    Request::builder().uri(url).body(Vec::new()).unwrap()
}

#[test]
fn pictures_are_asked_for_by_id() {
    let asked = |url| picture_request(&request(url)).map(|asked| String::from_utf8(asked).unwrap());
    assert_eq!(asked("picture://localhost/12-mi7k2x").as_deref(), Some("12"));
    assert_eq!(
        asked("picture://localhost/12-mi7k2x?thumb=256").as_deref(),
        Some("12 thumb:256")
    );
    assert_eq!(preview_request(&request("preview://localhost/3-17")).unwrap(), b"3-17");
    assert_eq!(
        preview_request(&request("preview://localhost/3%3A17")).unwrap(),
        b"3:17"
    );
}

/// Separated by spaces. Where only what is around `1-a` is wrong, that is all that is.
const HOSTILE: &str = r"
    / /.. /../1-a /../../etc/passwd /%2e%2e/1-a /%2e%2e%2fetc%2fpasswd /etc/passwd //1-a /1-a/ /1/2-a /1/../2-a /./1-a
    /1%00-a /%00 /1%0a-a /1%20-a /%31-a /1.png-a /1.svg-a /1;x-a /-1-a /+1-a /0-a /00-a /01-a /1e3-a /0x1-a /1.0-a
    /1000000000000000000-a /999999999999999999999-a /18446744073709551616-a /NaN-a /a-a /%zz-a /% /%2 /library.db /settings.toml
    /C:%5cwindows /%5c%5cserver%5cshare /~ /1-a?thumb= /1-a?thumb=0 /1-a?thumb=-1 /1-a?thumb=01 /1-a?thumb=2049
    /1-a?thumb=1e3 /1-a?thumb=256&x=1 /1-a?x=1 /1-a? /1-a?thumb=256%20 /1-a?Thumb=256 /1-a?thumb=%32
    /1-a?path=/etc/passwd /1-a?thumb=99999999999 /١-a /１-a /1%c2%a0-a /1%ef%bc%91-a /null-a /true-a /[1]-a /1,2-a
    /1 /1- /-a /1-a-b /1-.. /1-%61 /1-ä /1-a/b /1-a.png /1-a_b /1-12345678901234567 /1?thumb=256 /1-?thumb=256
";

#[test]
fn hostile_addresses_are_no_pictures() {
    let paths: Vec<_> = HOSTILE.split_whitespace().collect();
    assert!(paths.len() >= 70);
    for path in paths {
        // Some are not even addresses.
        let Ok(request) = Request::builder()
            .uri(format!("picture://localhost{path}"))
            .body(Vec::new())
        else {
            continue;
        };
        assert_eq!(picture_request(&request), None, "{path}");
    }
    for host in [
        "example.com",
        "localhost.example.com",
        "127.0.0.1",
        "user@localhost",
        "localhost:80",
    ] {
        assert_eq!(
            picture_request(&request(&format!("picture://{host}/1-a"))),
            None,
            "{host}"
        );
        assert_eq!(
            preview_request(&request(&format!("preview://{host}/1-1"))),
            None,
            "{host}"
        );
    }
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::HEAD, Method::OPTIONS] {
        let request = Request::builder()
            .method(&method)
            .uri("picture://localhost/1-a")
            .body(Vec::new())
            .unwrap();
        assert_eq!(picture_request(&request), None, "{method}");
    }
}

#[test]
fn hostile_addresses_are_no_previews() {
    let long = format!("/{}", "a".repeat(129));
    let hostile = [
        "/",
        "/..%2f1",
        "/../1",
        "/1/2",
        "/%00",
        "/1%0a",
        "/1%20",
        "/%2e%2e/1",
        "/<script>",
        "/%3Cscript%3E",
        "/1?x",
        "/ä",
        "/%c3%a4",
        "/%252e",
        "/%",
        "/%1",
        "/1%2f2",
        long.as_str(),
    ];
    for path in hostile {
        let Ok(request) = Request::builder()
            .uri(format!("preview://localhost{path}"))
            .body(Vec::new())
        else {
            continue;
        };
        assert_eq!(preview_request(&request), None, "{path}");
    }
}

#[test]
fn a_response_has_exactly_its_type_and_nothing_is_guessed() {
    for mime in ["image/png", "image/jpeg", "image/webp"] {
        let response = found(
            Attachment {
                mime: mime.into(),
                bytes: vec![1, 2],
            },
            "no-store",
        )
        .unwrap();
        assert_eq!(response.headers()["content-type"], mime);
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.headers()["access-control-allow-origin"], "tauri://localhost");
        assert_eq!(response.body(), &[1, 2]);
    }
    let others = [
        "image/svg+xml",
        "text/html",
        "text/plain",
        "application/json",
        "image/png; charset=x",
        "IMAGE/PNG",
        "",
    ];
    for mime in others {
        assert!(
            found(
                Attachment {
                    mime: mime.into(),
                    bytes: b"<svg/>".to_vec()
                },
                "no-store"
            )
            .is_none(),
            "{mime}"
        );
    }
    let nothing = missing();
    assert_eq!((nothing.status().as_u16(), nothing.body().len()), (404, 0));
    assert_eq!(nothing.headers()["x-content-type-options"], "nosniff");
}
