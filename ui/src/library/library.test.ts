import { expect, test } from "vitest";
import { settled, started } from "../testing";

test("a picture goes to the trash and comes back by undo", async () => {
  const { page } = await started();

  await page.library.trash([2]);
  const without = page.gallery.pictures.map((picture) => picture.id);
  page.notices.undo();
  await settled();

  expect(without).toEqual([3, 1]);
  expect(page.gallery.pictures.map((picture) => picture.id)).toEqual([3, 2, 1]);
  expect(page.gallery.total).toBe(3);
});

test("a chosen picture that goes to the trash leaves its place to the next, and undo chooses it again", async () => {
  const { page } = await started("?pictures=5&pace=0");
  const chosen = (): unknown[] => [[...page.selection.ids], page.selection.cursor, page.stage.chosen];
  page.library.choose(4);

  await page.library.trash([4]);
  const after = chosen();
  await page.library.trash([3]);
  page.notices.undo();
  await settled();

  expect(after).toEqual([[3], 3, 3]);
  expect(chosen()).toEqual([[3], 3, 3]);
});

test("several pictures that come back are chosen again, and all that went leave nothing chosen", async () => {
  const { page } = await started();
  await page.selection.all();
  page.selection.cursor = 2;

  await page.library.trash([3, 2, 1]);
  const after = [...page.selection.ids];
  page.notices.undo();
  await settled();

  expect(after).toEqual([]);
  expect([...page.selection.ids]).toEqual([3, 2, 1]);
  expect(page.selection.sought).toBe(3);
});

test("the gallery goes along to the picture at which the big view was closed", async () => {
  const { page } = await started("?pictures=5&pace=0");
  page.library.choose(5);
  await page.library.open(5);
  await page.viewer.walk(3);

  page.library.close();

  expect([page.selection.cursor, page.selection.sought, page.stage.chosen]).toEqual([2, 2, 2]);
});

test("a big view that stayed where it was, or asked for a picture, leaves the gallery alone", async () => {
  const { page } = await started("?pictures=5&pace=0");
  page.library.choose(5);
  page.selection.toggle(3);
  await page.library.open(5);
  page.library.close();
  const two = [...page.selection.ids];
  await page.library.open(5);
  await page.viewer.walk(1);

  await page.jobs.generate();
  page.library.close();

  expect(two).toEqual([5, 3]);
  expect(page.stage.chosen).toBeNull();
});
