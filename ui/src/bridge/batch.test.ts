import { expect, test } from "vitest";
import { Batch } from "./batch";
import { Pace } from "./pace";

const FRAME_COST = 15;
const PAUSE = 500;

/** A batch of numbers by a clock of its own; even ones may wait. */
function batchAt(start: number) {
  const clock = { now: start };
  let waiting: { run: () => void; at: number }[] = [];
  const given: (readonly number[])[] = [];
  const batch = new Batch<number>({
    patient: (item) => item % 2 === 0,
    schedule: (run, wait) => {
      const one = { run, at: clock.now + wait };
      waiting.push(one);
      return () => (waiting = waiting.filter((other) => other !== one));
    },
    now: () => clock.now,
    pace: new Pace((done) => done(FRAME_COST)),
  });
  batch.deliver = (items) => given.push(items);
  const pass = (milliseconds: number): void => {
    clock.now += milliseconds;
    const due = waiting.filter(({ at }) => at <= clock.now);
    waiting = waiting.filter(({ at }) => at > clock.now);
    due.forEach(({ run }) => run());
  };
  return { batch, given, pass, asked: () => waiting.length };
}

test("a lone event is delivered at once", () => {
  const { batch, given, asked } = batchAt(100);

  batch.add(1);

  expect(given).toEqual([[1]]);
  expect(asked()).toBe(0);
});

test("a burst is delivered in order, all of it, in one more frame", () => {
  const { batch, given, pass, asked } = batchAt(100);
  const burst = Array.from({ length: 5000 }, (_, item) => 2 * item + 1);

  burst.forEach((item) => batch.add(item));
  expect(asked()).toBe(1);
  pass(16);

  expect(given).toHaveLength(2);
  expect(given.flat()).toEqual(burst);
});

test("after a quiet frame the next event needs no frame again", () => {
  const { batch, given, pass } = batchAt(100);
  batch.add(1);

  pass(20);
  batch.add(3);

  expect(given).toEqual([[1], [3]]);
});

test("what may wait is delivered together when its pause is over", () => {
  const { batch, given, pass } = batchAt(100);
  batch.add(2);

  for (const item of [4, 6, 8]) {
    pass(100);
    batch.add(item);
  }
  expect(given).toEqual([[2]]);
  pass(PAUSE - 300);

  expect(given).toEqual([[2], [4, 6, 8]]);
});

test("after a pause what may wait need not", () => {
  const { batch, given, pass } = batchAt(100);
  batch.add(2);

  pass(PAUSE);
  batch.add(4);

  expect(given).toEqual([[2], [4]]);
});

test("news takes along what waited before it, and nothing is delivered twice", () => {
  const { batch, given, pass, asked } = batchAt(100);
  batch.add(2);
  pass(20);
  batch.add(4);

  batch.add(5);

  expect(given).toEqual([[2], [4, 5]]);
  expect(asked()).toBe(0);
});

test("news that comes within a frame waits for the frame only", () => {
  const { batch, given, pass } = batchAt(100);
  batch.add(2);
  batch.add(4);
  batch.add(5);

  pass(16);
  expect(given).toEqual([[2], [4, 5]]);

  pass(PAUSE);
  expect(given).toHaveLength(2);
});
