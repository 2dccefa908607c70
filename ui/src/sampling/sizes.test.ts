import { expect, test } from "vitest";
import { shapeOf, SHAPES, sized } from "./sizes";

test.each([
  [512, 512],
  [1024, 1024],
  [256, 256],
  [64, 64],
])("every shape of a %i model is on the grid and near its area", (width, height) => {
  for (const shape of SHAPES) {
    const size = sized(shape, { width, height });

    expect(size.width % 8).toBe(0);
    expect(size.height % 8).toBe(0);
    expect((size.width * size.height) / (width * height)).toBeGreaterThan(0.75);
    expect((size.width * size.height) / (width * height)).toBeLessThan(1.3);
    expect(shapeOf(size, { width, height })?.name).toBe(shape.name);
  }
});

test("an unusual size has no shape", () => {
  expect(shapeOf({ width: 520, height: 512 }, { width: 512, height: 512 })).toBeUndefined();
});
