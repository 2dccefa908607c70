import { expect, test } from "vitest";
import { fakeShelf } from "../bridge/replay/testing";
import { wish } from "../bridge/wish";
import { DraftStore, emptyDraft } from "./draft.svelte";

const half = (): number => 0.5;

test("a draft survives a restart", () => {
  const shelf = fakeShelf();
  const first = new DraftStore(shelf);
  first.now.prompt = "a tent in the desert";
  first.now.steps = 33;
  first.save();

  const second = new DraftStore(shelf);

  expect(second.now).toMatchObject({ prompt: "a tent in the desert", steps: 33 });
});

test.each(["not json", "[]", '{"steps":{}}', '{"prompt":7}', '{"unknown":1}', "null"])(
  "a damaged draft (%s) falls back to the empty one",
  (damaged) => {
    const shelf = fakeShelf();
    shelf.setItem("darkroom.draft", damaged);

    expect(new DraftStore(shelf).now).toEqual(emptyDraft());
  },
);

test("an unlocked seed is rolled for each request and shown", () => {
  const draft = new DraftStore(fakeShelf(), half);

  const request = draft.take();

  expect(request.seed).toBe(2 ** 31);
  expect(draft.now.seed).toBe(2 ** 31);
  expect(request).not.toHaveProperty("seedLocked");
});

test("a typed seed is locked, minus one unlocks", () => {
  const draft = new DraftStore(fakeShelf(), half);

  draft.typeSeed("7");
  expect(draft.take().seed).toBe(7);
  draft.typeSeed("-1");

  expect(draft.now.seedLocked).toBe(false);
  expect(draft.take().seed).toBe(2 ** 31);
});

test("a seed of 64 bits is kept to the last digit, also over a restart", () => {
  const shelf = fakeShelf();
  const draft = new DraftStore(shelf);
  draft.typeSeed("18446744073709551615");
  draft.save();

  expect(new DraftStore(shelf).take().seed).toBe(18446744073709551615n);
});

test("locking without a seed takes the last picture's", () => {
  const draft = new DraftStore(fakeShelf());

  draft.toggleSeedLock(42);

  expect(draft.take().seed).toBe(42);
});

test("a seed that counts up is kept, and moves on by the pictures asked for", () => {
  const draft = new DraftStore(fakeShelf());
  draft.typeSeed("18446744073709551614");
  draft.now.count = 2;

  draft.toggleSeedCount(undefined);
  const seeds = [draft.take().seed, draft.take().seed];
  draft.toggleSeedLock(undefined);

  expect(seeds).toEqual([18446744073709551614n, 0]);
  expect(draft.now).toMatchObject({ seedLocked: false, seedCounts: false });
});

test("prompts sent can be walked through and left again", () => {
  const draft = new DraftStore(fakeShelf());
  for (const prompt of ["one", "two"]) {
    draft.now.prompt = prompt;
    draft.take();
  }
  draft.now.prompt = "unsent";

  const seen = ([1, 1, 1, -1, -1] as const).map((by) => {
    draft.now.prompt = draft.walkHistory(by);
    return draft.now.prompt;
  });

  expect(seen).toEqual(["two", "one", "one", "two", "unsent"]);
});

test("taking over parts leaves the others, and undo brings all back", () => {
  const draft = new DraftStore(fakeShelf());
  const given = wish("theirs", { width: 640, height: 448, seed: 9 });

  const undo = draft.use(given, new Set(["size", "seed"]));
  const taken = { ...draft.now };
  undo();

  expect(taken).toMatchObject({ prompt: emptyDraft().prompt, width: 640, height: 448, seed: 9, seedLocked: true });
  expect(draft.now).toEqual(emptyDraft());
});
