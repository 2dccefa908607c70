import { expect, test } from "vitest";
import { fakeShelf } from "./bridge/replay/testing";
import { Layout, SIDE } from "./layout.svelte";

test("the width of the side is kept between starts", () => {
  const shelf = fakeShelf();
  new Layout(shelf).widen(420);

  expect(new Layout(shelf).side).toBe(420);
});

test.each([
  [1, SIDE.least],
  [99_999, SIDE.most],
  [null, null],
])("a side asked to be %s wide is %s wide", (asked, width) => {
  const layout = new Layout(fakeShelf());

  layout.widen(asked);

  expect(layout.side).toBe(width);
});

test.each(['"wide"', "-3", "1e9", "{"])("a kept width of %s counts for nothing", (kept) => {
  const shelf = fakeShelf();
  shelf.setItem("darkroom.side", kept);

  expect(new Layout(shelf).side).toBeNull();
});
