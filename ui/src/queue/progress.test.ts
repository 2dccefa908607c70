import { expect, test } from "vitest";
import { blank } from "../bridge/replay/answers";
import { patience } from "./progress";

test.each([
  ["sampling", 0.2, 5],
  ["sampling", 3, 30],
  ["sampling", null, null],
  ["loading", 3, null],
] as const)("in %s at %s s a step, nothing for %s s is too long", (phase, secondsPerStep, limit) => {
  expect(patience(blank({ phase, secondsPerStep }))).toBe(limit);
});
