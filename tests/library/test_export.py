"""A copy of a picture where the user wants it: the format of its name, whole, and readable by whom the user lets."""

import os
import stat
from pathlib import Path

import pytest
from PIL import Image

from darkroom import _native
from darkroom.errors import BadRequest, Code, HomeUnwritable, NotFound, PictureUnreadable
from darkroom.library import export
from darkroom.library.export import copy_picture, export_picture
from darkroom.library.home import Home
from darkroom.library.metadata import picture_text, read_settings
from darkroom.messages import TextToImage
from refusals import refused
from standin import noise, plan_of


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return written(tmp_path / "source.png", "a lighthouse")


def written(file: Path, prompt: str) -> Path:
    plan = plan_of(TextToImage(prompt=prompt, seed=7), 0)
    file.write_bytes(_native.encode_picture(noise(plan), plan.width, plan.height, "png", text=picture_text(plan)))
    return file


def exported(source: Path, path: str) -> None:
    export_picture(Home(source.parent / "home"), source, path)


@pytest.mark.parametrize(("name", "format"), [("a.jpg", "JPEG"), ("a.JPEG", "JPEG"), ("a.webp", "WEBP")])
def test_the_suffix_is_the_format_and_the_infotext_comes_along(source: Path, name: str, format: str) -> None:
    place = source.with_name(name)

    exported(source, str(place))

    with Image.open(place) as opened:
        assert opened.format == format
    assert read_settings(place.read_bytes()).request.prompt == "a lighthouse"


@pytest.mark.parametrize("name", ["a.png", "a.PNG", "a", ".png"])
def test_a_png_and_a_name_without_suffix_are_the_same_bytes(source: Path, name: str) -> None:
    place = source.with_name(name)

    exported(source, str(place))

    assert place.read_bytes() == source.read_bytes()


@pytest.mark.parametrize("name", ["holiday.gif", "holiday.2026", "holiday.png.bak"])
def test_a_suffix_that_is_no_format_is_refused_with_a_name_that_would_do(source: Path, name: str) -> None:
    with pytest.raises(BadRequest, match=rf"{Path(name).suffix} files; call it {name}\.png"):
        exported(source, str(source.with_name(name)))

    assert os.listdir(source.parent) == [source.name]


def test_the_users_mask_decides_who_may_read_a_copy(source: Path) -> None:
    before = os.umask(0o027)
    try:
        exported(source, str(source.with_name("a.jpg")))
    finally:
        os.umask(before)

    assert stat.S_IMODE(source.with_name("a.jpg").stat().st_mode) == 0o640


def test_two_exports_into_one_folder_at_once_stay_apart(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = written(source.with_name("other.png"), "a boat")
    write, others = export.write_synced, [other]

    def overtaken(file: Path, data: bytes, mode: int) -> None:
        write(file, data, mode)
        if others:
            copy_picture(others.pop(), source.with_name("2.png"))

    monkeypatch.setattr(export, "write_synced", overtaken)
    copy_picture(source, source.with_name("1.png"))

    assert source.with_name("1.png").read_bytes() == source.read_bytes()
    assert source.with_name("2.png").read_bytes() == other.read_bytes()
    assert sorted(os.listdir(source.parent)) == ["1.png", "2.png", "other.png", "source.png"]


def test_a_folder_that_is_not_there_is_named(source: Path) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        exported(source, str(source.parent / "nowhere" / "a.png"))


def test_what_cannot_be_written_leaves_the_picture_safe_and_nothing_behind(source: Path) -> None:
    source.with_name("a.png").mkdir()

    with pytest.raises(HomeUnwritable, match="The picture is safe in "):
        exported(source, str(source.with_name("a.png")))

    assert sorted(os.listdir(source.parent)) == ["a.png", "source.png"]


def test_a_damaged_picture_is_not_converted(source: Path) -> None:
    source.write_bytes(source.read_bytes()[:-20])

    with pytest.raises(PictureUnreadable, match="no whole picture"):
        exported(source, str(source.with_name("a.jpg")))


@pytest.mark.parametrize("name", ["", "\0", "a\0.png", "\ud800.png", "."])
def test_what_no_file_can_be_called_is_refused(source: Path, name: str) -> None:
    with refused(Code.BAD_REQUEST, ascii(name), "like picture.png"):
        exported(source, name)


@pytest.mark.parametrize("folder", ["pictures/2026-11-22", "trash", "staging", "link", "."])
def test_a_place_among_the_librarys_own_files_is_refused(source: Path, folder: str) -> None:
    home = source.parent / "home"
    place = home / folder / "000001-0000.png"
    (home / "pictures").mkdir(parents=True)
    (home / "link").symlink_to("pictures", target_is_directory=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"another picture")

    with refused(Code.BAD_REQUEST, place, f"outside {home}"):
        exported(source, str(place))

    assert place.read_bytes() == b"another picture"


def test_a_pipe_is_refused_and_stays_also_behind_a_link(source: Path) -> None:
    pipe, link = source.with_name("pipe"), source.with_name("link.png")
    os.mkfifo(pipe)
    link.symlink_to(pipe)

    for place in (pipe, link):
        with refused(Code.BAD_REQUEST, place, "like picture.png"):
            exported(source, str(place))

    assert pipe.is_fifo()
    assert link.is_symlink()


def test_a_link_to_a_file_stays_and_the_file_is_written(source: Path) -> None:
    old, link = source.with_name("old.png"), source.with_name("link.png")
    old.write_bytes(b"old")
    link.symlink_to(old)

    exported(source, str(link))

    assert link.is_symlink()
    assert old.read_bytes() == source.read_bytes()


def test_a_link_into_the_library_is_refused(source: Path) -> None:
    own = source.parent / "home" / "pictures" / "000001-0000.png"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"another picture")
    link = source.with_name("link.png")
    link.symlink_to(own)

    with refused(Code.BAD_REQUEST, link, "outside"):
        exported(source, str(link))

    assert own.read_bytes() == b"another picture"
