import { expect, test } from "vitest";
import { recall, remember, shelfOf } from "./shelf";

const isText = (value: unknown): value is string => typeof value === "string";

test("what the host kept is there at once, and what is new is handed to it and seen", () => {
  const kept: string[] = [];
  const shelf = shelfOf({ draft: '"a harbour"' }, async (name, text) => kept.push(`${name} ${text}`));

  expect(recall(shelf, "draft", isText, "")).toBe("a harbour");
  expect(recall(shelf, "presets", isText, "none")).toBe("none");
  remember(shelf, "draft", "a lighthouse");
  remember(shelf, "presets", "x");

  expect(kept).toEqual(['draft "a lighthouse"', 'presets "x"']);
  expect(recall(shelf, "draft", isText, "")).toBe("a lighthouse");
});

test("a host that cannot keep a thing costs the memory, never the page", async () => {
  const shelf = shelfOf({}, () => Promise.reject(new Error("disk full")));

  remember(shelf, "draft", "a lighthouse");
  await Promise.resolve();

  expect(recall(shelf, "draft", isText, "")).toBe("a lighthouse");
});

test("an empty shelf takes over all of the one before, and one that holds something nothing", () => {
  const kept: string[] = [];
  const keep = async (name: string, text: string): Promise<unknown> => kept.push(`${name} ${text}`);
  const before = { draft: "1", presets: "2" };

  const first = shelfOf({}, keep, before);
  const later = shelfOf({ draft: "3" }, keep, before);

  expect(kept).toEqual(["draft 1", "presets 2"]);
  expect([first, later].map((shelf) => [shelf.getItem("draft"), shelf.getItem("presets")])).toEqual([
    ["1", "2"],
    ["3", null],
  ]);
});
