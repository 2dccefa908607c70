import { expect, test } from "vitest";
import { Client } from "../bridge/client";
import { fakeHost } from "../bridge/replay/testing";
import { GalleryStore, MOST, PAGE } from "./gallery.svelte";
import { Selection } from "./selection.svelte";
import { ViewerStore } from "./viewer.svelte";

async function gallery(count: number) {
  const fake = fakeHost(`?pictures=${count}&pace=0`);
  const client = new Client(fake.host);
  const store = new GalleryStore(client);
  await store.refresh();
  return { ...fake, client, store };
}

test("pages follow each other without gaps or doubles until all are there", async () => {
  const { store } = await gallery(PAGE * 2 + 17);

  while (!store.complete) await store.more();

  expect(store.pictures.map((picture) => picture.id)).toEqual(
    Array.from({ length: PAGE * 2 + 17 }, (_, at) => PAGE * 2 + 17 - at),
  );
});

test("two requests for more at once ask once", async () => {
  const { store, sent } = await gallery(PAGE * 3);
  const before = sent.length;

  await Promise.all([store.more(), store.more()]);

  expect(sent.length).toBe(before + 1);
});

test("a picture that is told twice is there once", async () => {
  const { store } = await gallery(2);
  const [newest] = store.pictures;

  if (newest) store.apply({ type: "pictureSaved", job: 1, seq: 1, picture: newest });

  expect(store.pictures).toHaveLength(2);
  expect(store.total).toBe(2);
});

test("a page that still names a picture in the trash does not bring it back", async () => {
  const { store } = await gallery(3);
  store.apply({ type: "picturesChanged", pictures: [2], trashed: true });

  await store.refresh();

  expect(store.pictures.map((picture) => picture.id)).toEqual([3, 1]);
});

test("a list that is refused after another hand restored a picture costs nothing but that picture", async () => {
  const { store, engine } = await gallery(2);
  const handle = engine.handle.bind(engine);
  const refused = new Promise<void>((told) => {
    engine.handle = (command) => {
      if (command.type !== "listPictures") return handle(command);
      setTimeout(told);
      return { type: "refused", problem: { code: "home-unwritable", message: "No list." } };
    };
  });

  store.apply({ type: "picturesChanged", pictures: [9], trashed: false });
  await refused;

  expect(store.pictures.map(({ id }) => id)).toEqual([2, 1]);
});

test("what goes to the trash is not chosen any more, the rest stays so", async () => {
  const { store } = await gallery(4);
  const selection = new Selection(store);
  selection.these([4, 3, 2]);

  selection.drop([4, 2, 1]);

  expect([[...selection.ids], selection.cursor]).toEqual([[3], null]);
});

test("everything is chosen, also what was never scrolled to, up to a bound", async () => {
  const chosenOf = async (count: number): Promise<[number, number]> => {
    const { store, sent } = await gallery(count);
    const selection = new Selection(store);
    await selection.all();
    return [selection.ids.size, sent.length];
  };

  expect(await chosenOf(0)).toEqual([0, 1]);
  expect(await chosenOf(PAGE * 3 + 1)).toEqual([PAGE * 3 + 1, 2]);
  expect((await chosenOf(MOST + PAGE))[0]).toBe(MOST);
});

test("what is chosen while the rest of everything comes stays chosen", async () => {
  const { store } = await gallery(PAGE * 3);
  const selection = new Selection(store);

  const all = selection.all();
  const atOnce = selection.ids.size;
  selection.only(7);
  await all;

  expect([atOnce, ...selection.ids]).toEqual([PAGE, 7]);
});

test("everything is also had while the next page is on its way, and an engine that repeats itself ends it", async () => {
  const { store, host, engine } = await gallery(PAGE * 4);

  await Promise.all([store.more(), store.all()]);
  const known = store.pictures.length;
  store.total += 1;
  host.engine = async () => JSON.stringify(engine.handle({ type: "listPictures", before: null, limit: PAGE }));
  await store.all();

  expect([known, store.pictures.length]).toEqual([PAGE * 4, PAGE * 4]);
});

test("the selection walks, extends and stays inside", async () => {
  const { store } = await gallery(5);
  const selection = new Selection(store);

  selection.move(1, false);
  selection.move(1, false);
  selection.move(2, true);
  const extended = [...selection.ids];
  selection.move(99, false);

  expect(extended).toEqual([4, 3, 2]);
  expect([...selection.ids]).toEqual([1]);
});

test("the big view walks from picture to picture and shows the settings of the last one asked", async () => {
  const { store, client } = await gallery(3);
  const viewer = new ViewerStore(client, store);

  await viewer.show(3);
  await Promise.all([viewer.walk(1), viewer.walk(1)]);
  await viewer.walk(-1);

  expect(viewer.details?.picture.id).toBe(viewer.id);
  expect(viewer.id).toBe(2);
});

test("a picture that goes to the trash leaves its place in the big view to its neighbour", async () => {
  const { store, client } = await gallery(3);
  const viewer = new ViewerStore(client, store);
  await viewer.show(2);

  await viewer.leave(new Set([2]));
  const neighbour = viewer.id;
  await viewer.leave(new Set([1, 2, 3]));

  expect(neighbour).toBe(1);
  expect(viewer.open).toBe(false);
});

test("the heir of several pictures is the next older one that stays, at the end the next newer", async () => {
  const { store } = await gallery(6);
  const heir = (id: number, ...gone: number[]): number | undefined => store.heir(id, new Set(gone))?.id;

  expect([heir(5, 5, 4, 3), heir(3, 5, 4, 3), heir(2, 3, 2, 1), heir(1, 6, 5, 4, 3, 2, 1)]).toEqual([
    2,
    2,
    4,
    undefined,
  ]);
});

test("the big view compares with the other of two chosen, else with the one seen before, else with a neighbour", async () => {
  const { store, client } = await gallery(5);
  const viewer = new ViewerStore(client, store);
  const rival = (chosen: readonly number[] = []): number | undefined => {
    viewer.compare(chosen);
    return viewer.rival?.id;
  };
  await viewer.show(5);
  const neighbour = rival();
  await viewer.show(2);

  expect([neighbour, rival(), rival([2, 4]), rival([3, 4])]).toEqual([4, 5, 4, 5]);
});

test("what was seen before the big view was closed is not compared with", async () => {
  const { store, client } = await gallery(5);
  const viewer = new ViewerStore(client, store);
  await viewer.show(1);
  await viewer.show(2);
  viewer.close();
  await viewer.show(5);

  viewer.compare();

  expect(viewer.rival?.id).toBe(4);
});

test("a picture is not compared with itself, and the oldest one with a newer one", async () => {
  const { store, client } = await gallery(2);
  const viewer = new ViewerStore(client, store);
  await viewer.show(1);
  viewer.compare();
  const rival = viewer.rival?.id;

  await viewer.show(2);

  expect([rival, viewer.rival]).toEqual([2, undefined]);
});

test("the big view walks to both ends", async () => {
  const { store, client } = await gallery(5);
  const viewer = new ViewerStore(client, store);
  await viewer.show(3);

  await viewer.walk(Infinity);
  const oldest = viewer.id;
  await viewer.walk(-Infinity);

  expect([oldest, viewer.id]).toEqual([1, 5]);
});
