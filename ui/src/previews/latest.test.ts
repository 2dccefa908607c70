import { expect, test } from "vitest";
import { Latest } from "./latest";

function slow() {
  const waiting: { url: string; finish: () => void; fail: () => void }[] = [];
  const shown: string[] = [];
  const latest = new Latest<string>(
    (url) => new Promise((resolve, reject) => waiting.push({ url, finish: () => resolve(url), fail: () => reject() })),
    (loaded) => shown.push(loaded),
  );
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { latest, waiting, shown, settle };
}

test("while one loads only the newest of the others is kept", async () => {
  const { latest, waiting, shown, settle } = slow();
  for (const url of ["1", "2", "3"]) latest.want({ url, name: url });

  waiting[0]?.finish();
  await settle();
  waiting[1]?.finish();
  await settle();

  expect(waiting.map((one) => one.url)).toEqual(["1", "3"]);
  expect(shown).toEqual(["1", "3"]);
});

test("a preview that is gone does not stop the next", async () => {
  const { latest, waiting, shown, settle } = slow();
  latest.want({ url: "1", name: "1" });
  latest.want({ url: "2", name: "2" });

  waiting[0]?.fail();
  await settle();
  waiting[1]?.finish();
  await settle();

  expect(shown).toEqual(["2"]);
});

test("nothing is drawn after the picture has left the stage", async () => {
  const { latest, waiting, shown, settle } = slow();
  latest.want({ url: "1", name: "1" });

  latest.stop();
  waiting[0]?.finish();
  await settle();

  expect(shown).toEqual([]);
});
