import { expect, test } from "vitest";
import { bytes, moment, pace, seconds, upright } from "./format";
import { clamped, parsed, stepped } from "./numbers";

test.each([
  [0.42, "0.4 s"],
  [9.96, "10.0 s"],
  [42, "42 s"],
  [61, "1:01 min"],
  [3725, "1 h 02 min"],
])("%d seconds read as %s", (value, text) => {
  expect(seconds(value)).toBe(text);
});

test.each([
  [2.5, "2.5 s/step"],
  [0.25, "4.0 steps/s"],
  [0, ""],
])("%d seconds per step read as %s", (value, text) => {
  expect(pace(value)).toBe(text);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [41_200_000, "41.2 MB"],
  [7_105_348_592, "7.1 GB"],
])("%d bytes read as %s", (value, text) => {
  expect(bytes(value)).toBe(text);
});

test("an unreadable time stays as it was written", () => {
  expect(moment("yesterday")).toBe("yesterday");
});

const range = { min: 64, max: 2048, step: 8 };

test.each([
  ["", null],
  ["abc", null],
  ["500", 504],
  ["1e9", 2048],
  ["-3", 64],
  ["Infinity", null],
])("typing %s gives %s", (text, value) => {
  expect(parsed(text, range)).toBe(value);
});

test("tenths stay tenths", () => {
  expect(clamped(7.000000001, { min: 0, max: 50, step: 0.1 })).toBe(7);
  expect(stepped(6.9, 1, false, { min: 0, max: 50, step: 0.1 })).toBe(7);
});

test("marks that turn the direction of writing are shown, not obeyed", () => {
  expect(upright("\u202egnp.exe\u202c is no picture; שלום")).toBe("\ufffdgnp.exe\ufffd is no picture; שלום");
});
