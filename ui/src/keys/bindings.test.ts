import { expect, test } from "vitest";
import { actionOf, BINDINGS, caps, type KeyPress, type Scope } from "./bindings";

function press(keys: string): KeyPress {
  const parts = keys.split(/\+(?!$)/);
  const key = parts.at(-1) ?? "";
  return {
    key,
    code: `Key${key.toUpperCase()}`,
    ctrlKey: parts.includes("Ctrl"),
    metaKey: parts.includes("Meta"),
    shiftKey: parts.includes("Shift"),
    altKey: parts.includes("Alt"),
  };
}

const PAGE: readonly Scope[] = ["anywhere", "page"];

test.each([
  ["Ctrl+Enter", "generate"],
  ["Ctrl+Shift+Enter", "generateFront"],
  ["Escape", "cancel"],
  ["Ctrl+Alt+Enter", "cancel"],
  ["Alt+Enter", "skip"],
  ["Shift+?", "shortcuts"],
  ["Ctrl+,", "settings"],
  ["Ctrl+Shift+X", "clearQueue"],
  ["r", "repeat"],
  ["Ctrl+s", "presets"],
  ["Ctrl+Shift+S", "saveAs"],
  ["Ctrl+z", "undo"],
  ["Ctrl+Shift+Z", "redo"],
  ["Ctrl+y", "redo"],
  ["Enter", undefined],
  ["Ctrl+r", undefined],
  ["Shift+Escape", undefined],
])("%s means %s", (keys, action) => {
  expect(actionOf(press(keys), PAGE, false)).toBe(action);
});

test.each([
  ["Ctrl+Enter", PAGE, undefined],
  ["Delete", ["list"], undefined],
  ["ArrowRight", ["viewer"], "walk"],
  ["Home", ["viewer"], "walk"],
  ["End", ["viewer"], "walk"],
  ["Ctrl+ArrowUp", ["prompt"], "heavier"],
  ["Alt+ArrowUp", ["list"], "moveJob"],
] as const)("%s held down goes on as %s says: %s", (keys, scopes, action) => {
  expect(actionOf({ ...press(keys), repeat: true }, scopes, false)).toBe(action);
});

test.each([
  ["Ctrl++", "larger"],
  ["Ctrl+Shift++", "larger"],
  ["Ctrl+=", "larger"],
  ["Ctrl+-", "smaller"],
  ["Ctrl+0", "usualSize"],
  ["F11", "fullScreen"],
  ["Ctrl+w", "closeWindow"],
  ["Ctrl+q", "closeWindow"],
  ["+", undefined],
  ["-", undefined],
  ["=", undefined],
  ["w", undefined],
])("%s means %s for the window", (keys, action) => {
  expect(actionOf(press(keys), ["always"], false)).toBe(action);
});

test("a digit that takes Shift or Num Lock on this keyboard is found by its place", () => {
  expect(actionOf({ ...press("Ctrl+à"), code: "Digit0" }, ["always"], false)).toBe("usualSize");
  expect(actionOf({ ...press("Ctrl+Insert"), code: "Numpad0" }, ["always"], false)).toBe("usualSize");
  expect(actionOf({ ...press("Alt+End"), code: "Numpad1" }, PAGE, false)).toBeUndefined();
  expect(caps("Mod++", false)).toEqual(["Ctrl", "+"]);
});

test("letters type while a field has the keyboard", () => {
  expect(actionOf(press("r"), ["anywhere"], false)).toBeUndefined();
});

test("a Mac uses Command where others use Ctrl", () => {
  expect(actionOf(press("Meta+Enter"), PAGE, true)).toBe("generate");
  expect(actionOf(press("Ctrl+Enter"), PAGE, true)).toBeUndefined();
  expect(caps("Mod+Enter", true)).toEqual(["⌘", "Enter"]);
});

test("no two actions of one scope share a key", () => {
  const taken = BINDINGS.flatMap((row) => row.keys.map((keys) => `${row.scope} ${keys}`));

  expect(new Set(taken).size).toBe(taken.length);
});
