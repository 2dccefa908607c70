import { expect, test } from "vitest";
import { Pace } from "./pace";

function paceOf(...costs: number[]): Pace {
  const pace = new Pace((done) => done(costs.shift() ?? NaN));
  while (costs.length > 0) pace.changed();
  return pace;
}

test("before anything is known there is no pause", () => {
  expect(new Pace(() => undefined).pause).toBe(0);
});

test("frames that the processor draws get three hundredths of the time", () => {
  expect(paceOf(6).pause).toBeCloseTo(200);
  expect(paceOf(15).pause).toBeCloseTo(500);
});

test("frames that a graphics device draws need no pause", () => {
  expect(paceOf(2).pause).toBe(0);
});

test("one late frame changes nothing, and new costs replace old ones", () => {
  expect(paceOf(6, 6, 6, 900).pause).toBeCloseTo(200);
  expect(paceOf(900, 900, 900, 900, 900, 6, 6, 6).pause).toBeCloseTo(200);
});

test("progress is shown once a second, whatever it costs", () => {
  expect(paceOf(900).pause).toBe(1000);
});

test("a hidden window, which has no frames, is asked once", () => {
  const asked: ((cost: number) => void)[] = [];
  const pace = new Pace((done) => asked.push(done));

  pace.changed();
  pace.changed();
  expect(asked).toHaveLength(1);

  asked[0]?.(3);
  pace.changed();
  expect(asked).toHaveLength(2);
});
