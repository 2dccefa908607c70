"""One slot for the newest preview."""

from darkroom.previews.mailbox import Mailbox


def test_an_older_key_of_the_same_job_gives_the_newest_preview() -> None:
    mailbox = Mailbox()
    keys = [mailbox.put(7, image, "image/jpeg") for image in (b"one", b"two")]

    assert len(set(keys)) == 2
    assert [mailbox.get(key) for key in keys] == [(b"two", "image/jpeg")] * 2


def test_a_key_of_another_job_gives_nothing() -> None:
    mailbox = Mailbox()
    first = mailbox.put(11, b"of job 11", "image/jpeg")
    assert mailbox.get("1-1") is None

    second = mailbox.put(1, b"of job 1", "image/jpeg")

    assert mailbox.get(first) is None
    assert mailbox.get(second) == (b"of job 1", "image/jpeg")
    assert Mailbox().get(first) is None
