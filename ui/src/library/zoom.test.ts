import { expect, test } from "vitest";
import { Zoom } from "./zoom.svelte";

const away = { deltaY: -100, deltaMode: 0 };
const near = { deltaY: 100, deltaMode: 0 };

test("the wheel makes a picture larger, and back until it just fits", () => {
  const zoom = new Zoom();
  zoom.fit = 0.5;

  zoom.turn(away);
  const larger = zoom.percent;
  zoom.turn(near);
  zoom.turn(near);

  expect(larger).toBe(59);
  expect([zoom.chosen, zoom.percent]).toEqual([null, 50]);
});

test("no turning makes a picture endless", () => {
  const zoom = new Zoom();

  for (let at = 0; at < 100; at += 1) zoom.turn({ deltaY: -3, deltaMode: 1 });

  expect(zoom.percent).toBe(1600);
});

test("point by point is 100 percent, whatever fits", () => {
  const zoom = new Zoom();
  zoom.fit = 2.37;

  zoom.toggle();
  const actual = zoom.percent;
  zoom.toggle();

  expect([actual, zoom.percent]).toEqual([100, 237]);
});
