"""Who listens gets everything in order; who listens slowly gets only the newest progress."""

from darkroom.messages import Event, JobProgressed, Phase, Progress, QueuePaused
from darkroom.queue.subscriptions import UNHURRIED, Broadcast
from following import until

LAST = QueuePaused(paused=False)


def progress(step: int) -> JobProgressed:
    return JobProgressed(job=1, seq=step, progress=Progress(phase=Phase.SAMPLING, step=step, steps=1000))


async def test_a_reader_that_keeps_up_gets_every_report() -> None:
    broadcast = Broadcast()
    reader = broadcast.subscribe()
    sent: list[Event] = [progress(step) for step in range(1000)]

    received: list[Event] = []
    for event in sent:
        broadcast.publish(event)
        received.append(await anext(reader))

    assert received == sent


async def test_a_slow_reader_misses_only_progress_that_is_out_of_date() -> None:
    broadcast = Broadcast()
    reader = broadcast.subscribe()
    lasting: list[Event] = []

    for step in range(1000):
        broadcast.publish(progress(step))
        if step % 100 == 99:
            lasting.append(QueuePaused(paused=True))
            broadcast.publish(lasting[-1])
    broadcast.publish(LAST)

    seen = await until(reader, lambda event: event == LAST)
    assert [event for event in seen if not isinstance(event, JobProgressed)] == [*lasting, LAST]
    steps = [event.seq for event in seen if isinstance(event, JobProgressed)]
    assert steps == sorted(set(steps))
    assert {99, 199, 299, 999} <= set(steps)
    assert len(steps) <= UNHURRIED + len(lasting)


async def test_a_reader_gets_nothing_from_before_it_listened_and_an_end_when_all_ends() -> None:
    broadcast = Broadcast()
    broadcast.publish(progress(1))
    reader = broadcast.subscribe()
    broadcast.publish(progress(2))
    broadcast.close()

    assert [event async for event in reader] == [progress(2)]
    assert [event async for event in broadcast.subscribe()] == []
