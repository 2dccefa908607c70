import { expect, test } from "vitest";
import { grid, place } from "./grid";

test("ten thousand pictures draw only what is near the window", () => {
  const view = grid(10_000, 300, 50_000, 500);

  expect(view.end - view.first).toBeLessThan(60);
  expect(place(view, view.first).y).toBeLessThanOrEqual(50_000);
  expect(place(view, view.end - 1).y).toBeGreaterThanOrEqual(50_500 - view.tile);
});

test("an empty gallery has no rows", () => {
  expect(grid(0, 300, 0, 500)).toMatchObject({ height: 0, first: 0, end: 0 });
});

test("tiles of a row fill the width without overlapping", () => {
  const view = grid(10, 317, 0, 500);
  const last = place(view, view.columns - 1);

  expect(last.x + view.tile).toBeLessThanOrEqual(317);
  expect(place(view, view.columns)).toEqual({ x: 0, y: view.tile + 4 });
});

test("a wide gallery has larger tiles, a narrow one has fewer", () => {
  const [narrow, usual, wide] = [230, 430, 880].map((width) => grid(100, width, 0, 500));

  expect([narrow?.columns, usual?.columns, wide?.columns]).toEqual([2, 4, 5]);
  expect(wide?.tile).toBeGreaterThan(1.5 * (usual?.tile ?? 0));
});
