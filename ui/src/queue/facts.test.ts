import { expect, test } from "vitest";
import { blank, row } from "../bridge/replay/answers";
import { MODELS } from "../bridge/replay/fixtures";
import { wish } from "../bridge/wish";
import { factsOf } from "./facts";

const [starter] = MODELS;
const waiting = row(1, wish("a boat", { seed: 42, count: 3 }), 1);

test("a waiting row tells what the model will do with it, not that it waits", () => {
  expect(factsOf(waiting, starter)).toBe("3 pictures · seed 42 · 256 × 256 · 25 steps");
});

test("a running row says at which step it is, and before that what is done first", () => {
  const running = { ...waiting, state: "running" } as const;

  expect(factsOf(running, starter, blank({ phase: "sampling", step: 7, steps: 25 }))).toBe(
    "Step 7 of 25 · 3 pictures · seed 42 · 256 × 256",
  );
  expect(factsOf(running, starter, blank({ phase: "loading" }))).toMatch(/^Loading model · /);
});

test("a row that stopped says so first", () => {
  expect(factsOf({ ...waiting, state: "failed", attempt: 2 }, starter)).toMatch(/^Failed · 3 pictures · attempt 2 · /);
});
