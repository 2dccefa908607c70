import { expect, test } from "vitest";
import { Batch } from "./batch";

function batchAt(clock: { now: number }) {
  const frames: (() => void)[] = [];
  const given: (readonly number[])[] = [];
  const batch = new Batch<number>(
    (run) => frames.push(run),
    () => clock.now,
  );
  batch.deliver = (items) => given.push(items);
  return { batch, frames, given };
}

test("a lone event is delivered at once", () => {
  const { batch, frames, given } = batchAt({ now: 100 });

  batch.add(1);

  expect(given).toEqual([[1]]);
  expect(frames).toHaveLength(0);
});

test("a burst is delivered in order, all of it, in one more frame", () => {
  const { batch, frames, given } = batchAt({ now: 100 });

  for (let item = 0; item < 5000; item += 1) batch.add(item);
  frames.forEach((run) => run());

  expect(frames).toHaveLength(1);
  expect(given.flat()).toEqual(Array.from({ length: 5000 }, (_, item) => item));
});

test("after a quiet frame the next event needs no frame again", () => {
  const clock = { now: 100 };
  const { batch, given } = batchAt(clock);
  batch.add(1);

  clock.now = 120;
  batch.add(2);

  expect(given).toEqual([[1], [2]]);
});
