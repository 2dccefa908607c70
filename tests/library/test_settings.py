"""Settings: kept, mended, and lenient towards other versions."""

from pathlib import Path

import pytest

from darkroom.library.home import Home, open_home
from darkroom.library.settings import stored_settings, write_settings
from darkroom.messages import Settings


@pytest.fixture
def place(home: Path) -> Home:
    return open_home(home)


def test_without_a_file_everything_has_its_default(place: Home) -> None:
    assert stored_settings(place) == Settings()


def test_what_was_written_is_read_back(place: Home) -> None:
    settings = Settings(theme="dark", model='a "b" \\ 雪\n\x7f', model_folders=("/models", "C:\\models"))

    write_settings(place, settings)

    assert stored_settings(place) == settings
    write_settings(place, Settings())
    assert stored_settings(place) == Settings()


def test_lines_of_a_newer_version_are_kept(place: Home) -> None:
    place.settings.write_text('theme = "light"\nhologram = true\n[future]\nx = 1\n')

    write_settings(place, stored_settings(place))

    assert "hologram = true" in place.settings.read_text()
    assert "[future]" in place.settings.read_text()
    assert stored_settings(place).theme == "light"


def test_a_value_that_makes_no_sense_has_its_default_and_the_others_stay(place: Home) -> None:
    place.settings.write_text('theme = "purple"\npreviews = 7\ndevice = "cuda:0"\nmodelFolders = ["/a"]\n')

    assert stored_settings(place) == Settings(device="cuda:0", model_folders=("/a",))


@pytest.mark.parametrize("text", [b"theme = ", b"\xff\xfe", b"\0" * 100])
def test_a_damaged_file_is_kept_aside_and_costs_no_start(place: Home, text: bytes) -> None:
    place.settings.write_bytes(text)

    assert stored_settings(place) == Settings()

    assert (place.root / "settings.damaged.toml").read_bytes() == text
    assert not place.settings.exists()
