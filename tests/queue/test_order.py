"""Who is next, as plain values."""

import random

from darkroom.queue.order import Slot, in_front, moved


def ordered(slots: list[Slot]) -> list[int]:
    return [slot.job for slot in sorted(slots, key=lambda slot: (-slot.priority, slot.position, slot.job))]


def replaced(slots: list[Slot], changes: list[Slot]) -> list[Slot]:
    table = {slot.job: slot for slot in slots} | {slot.job: slot for slot in changes}
    return sorted(table.values(), key=lambda slot: (-slot.priority, slot.position, slot.job))


def test_a_job_moves_before_another_one() -> None:
    waiting = [Slot(1, 0, 1), Slot(2, 0, 2), Slot(3, 0, 3)]

    assert ordered(replaced(waiting, moved(waiting, 3, 2))) == [1, 3, 2]


def test_a_job_moves_to_the_front_and_to_the_end() -> None:
    waiting = [Slot(1, 0, 1), Slot(2, 0, 2), Slot(3, 0, 3)]

    assert ordered(replaced(waiting, moved(waiting, 3, 1))) == [3, 1, 2]
    assert ordered(replaced(waiting, moved(waiting, 1, None))) == [2, 3, 1]


def test_a_moved_job_takes_the_priority_of_its_new_place() -> None:
    waiting = [Slot(1, 5, 9), Slot(2, 0, 1), Slot(3, 0, 2)]

    assert moved(waiting, 3, 1) == [Slot(3, 5, 8)]
    assert ordered(replaced(waiting, moved(waiting, 1, 3))) == [2, 1, 3]


def test_moving_before_itself_or_alone_changes_nothing() -> None:
    assert moved([Slot(1, 0, 1), Slot(2, 0, 2)], 2, 2) == []
    assert moved([Slot(1, 0, 1)], 1, None) == []


def test_a_job_at_the_front_goes_before_higher_priorities() -> None:
    assert in_front([Slot(1, 5, 3)], 0, 10) == (5, 2)
    assert in_front([Slot(1, 0, 3)], 7, 10) == (7, 10)
    assert in_front([], 0, 1) == (0, 1)


def test_ten_thousand_random_moves_agree_with_a_plain_list() -> None:
    chance = random.Random(7)
    waiting = [Slot(job, 0, job) for job in range(1, 9)]
    expected = list(range(1, 9))

    for _ in range(10_000):
        job = chance.choice(expected)
        before = chance.choice([None, *(other for other in expected if other != job)])
        waiting = replaced(waiting, moved(waiting, job, before))
        expected.remove(job)
        expected.insert(len(expected) if before is None else expected.index(before), job)
        assert [slot.job for slot in waiting] == expected
