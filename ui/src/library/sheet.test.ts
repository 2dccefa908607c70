import { expect, test } from "vitest";
import { Client } from "../bridge/client";
import { picture, planOf } from "../bridge/replay/fixtures";
import { fakeHost } from "../bridge/replay/testing";
import { wish } from "../bridge/wish";
import { GalleryStore } from "./gallery.svelte";
import { GAP, place } from "./grid";
import { Sheet } from "./sheet.svelte";

async function sheetOf(count: number) {
  const { host } = fakeHost(`?pictures=${count}&pace=0`);
  const gallery = new GalleryStore(new Client(host));
  await gallery.refresh();
  const sheet = new Sheet(gallery);
  const list = { scrollTop: 0 };
  const scroll = (to: number): void => {
    list.scrollTop = to;
    sheet.follow(list);
  };
  return { gallery, sheet, list, scroll };
}

function add(gallery: GalleryStore, ids: readonly number[]): void {
  for (const id of ids) {
    const made = picture(id, id, 0, planOf(wish("a boat"), id));
    gallery.apply({ type: "pictureSaved", job: id, seq: 1, picture: made });
  }
}

/** Which picture lies where: its place in the list, counted from what is in sight. */
function inSight({ tiles, view }: Sheet, top: number, id: number): number {
  const at = tiles.findIndex((tile) => tile.id === id);
  return at < 0 ? NaN : place(view, view.first + at).y - top;
}

test("what comes while older pictures are looked at moves none of them", async () => {
  const { gallery, sheet, scroll } = await sheetOf(60);
  scroll(600);
  const before = inSight(sheet, 600, 40);

  add(gallery, [61, 62]);

  expect(sheet.held).toBe(2);
  expect(inSight(sheet, 600, 40)).toBe(before);
});

test("at the first row what was held back is laid out above what is in sight", async () => {
  const { gallery, sheet, list, scroll } = await sheetOf(60);
  const row = sheet.view.tile + GAP;
  const seen = 60 - sheet.view.columns;
  scroll(600);
  add(
    gallery,
    Array.from({ length: 20 }, (_, at) => 61 + at),
  );
  scroll(row + 1);
  const before = inSight(sheet, row + 1, seen);

  scroll(row);

  expect(sheet.held).toBe(0);
  expect(Math.abs(inSight(sheet, list.scrollTop, seen) - before)).toBeLessThanOrEqual(row);
});

test("at the top every picture is shown when it comes", async () => {
  const { gallery, sheet } = await sheetOf(60);

  add(gallery, [61]);

  expect(sheet.tiles[0]?.id).toBe(61);
});

test("a gallery whose older pictures all went shows the ones that came", async () => {
  const { gallery, sheet, scroll } = await sheetOf(40);
  scroll(600);
  add(gallery, [41]);

  gallery.apply({ type: "picturesChanged", pictures: Array.from({ length: 40 }, (_, at) => at + 1), trashed: true });

  expect(sheet.held).toBe(0);
});
