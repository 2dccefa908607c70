"""What an author of a file or a prompt could try: it is shown as text, and no script of theirs ever runs."""

from collections.abc import Callable
from pathlib import Path

from darkroom import wire
from darkroom.messages import Generate, TextToImage
from shell.driver import Window

MARK = "window.ran = 1"
INVOKE = "return window.__TAURI_INTERNALS__.invoke('engine', { command: arguments[0] })"
FOREIGN = "iframe, object, embed, base, [onerror], [onload]"
TEMPLATES = (
    "<script>{}</script>",
    "<img src=x onerror='{}'>",
    "<svg onload='{}'>",
    "<iframe srcdoc='<script>{}</script>'>",
    "<a href='javascript:{}'>a</a>",
    '"><script>{}</script>',
    "'><img src=x onerror={}>",
    "</textarea><script>{}</script>",
    "</title><script>{}</script>",
    "<body onload={}>",
    "<details open ontoggle={}>",
    "<math><mtext><script>{}</script>",
    "<style>@import 'javascript:{}'</style>",
    "<object data='javascript:{}'>",
    "<embed src='javascript:{}'>",
    "<video><source onerror={}></video>",
    "<input autofocus onfocus={}>",
    "<form action='javascript:{}'><button>",
    "{{{{constructor.constructor('{}')()}}}}",
    "${{{}}}",
    "`{}`",
    "');{};//",
    '";{};//',
    "\u2028{}\u2029",
    "<!--<script>{}-->",
    "]]><script>{}</script>",
    "<script src='data:text/javascript,{}'></script>",
    "<base href='javascript:{}//'>",
    "<meta http-equiv='refresh' content='0;javascript:{}'>",
    "<link rel=stylesheet href='javascript:{}'>",
    "<img src='picture://localhost/1' onload={}>",
    "<img srcset='x' onerror={}>",
    "<marquee onstart={}>",
    "<x onclick={} autofocus>",
    "<template><script>{}</script></template>",
    "<noscript><p title='</noscript><script>{}</script>'>",
    "<svg><animate onbegin={}>",
    "<table background='javascript:{}'>",
    "<button onfocus={} autofocus>",
    "<select onfocus={} autofocus>",
    "\u202e<script>{}</script>",
    "\u0000<script>{}</script>",
    "&lt;script&gt;{}&lt;/script&gt;",
    "%3Cscript%3E{}%3C/script%3E",
    "\\u003cscript\\u003e{}",
    "javascript:{}",
    "data:text/html,<script>{}</script>",
    "<script>\n{}\n</script>",
    "<ScRiPt>{}</sCrIpT>",
    "<script/x>{}</script>",
)


def test_fifty_hostile_prompts_are_text(open_window: Callable[[], Window], home: Path) -> None:
    home.mkdir()
    (home / "gate").write_text("0")
    window = open_window()
    assert len(TEMPLATES) >= 50
    accepted = 0
    for template in TEMPLATES:
        text = template.format(MARK)
        request = TextToImage(prompt=text, negative=text, model=text[:60])
        accepted += '"accepted"' in window.run(INVOKE, wire.encode(Generate(request=request)).decode())
    assert accepted >= 45
    window.wait("document.querySelectorAll('[data-job]').length > 0")
    window.reload()
    window.wait("document.documentElement.dataset.ready === 'true'")
    window.settle()
    assert window.run("return window.ran ?? null") is None
    assert window.run(f"return document.querySelectorAll('{FOREIGN}').length") == 0
    assert "<script>" in window.run("return document.body.textContent")
