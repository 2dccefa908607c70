import { expect, test } from "vitest";
import { Failure } from "../bridge/host";
import { NoticeStore } from "./notices.svelte";

const full = new Failure({ code: "disk-full", message: "The disk is full; free some space." });

test("the same failure twice is one notice", () => {
  const notices = new NoticeStore();

  notices.problem(full);
  notices.problem(full);

  expect(notices.list).toMatchObject([
    { kind: "error", code: "disk-full", text: "The disk is full; free some space." },
  ]);
});

test("only the newest few stay", () => {
  const notices = new NoticeStore();

  for (let at = 0; at < 9; at += 1) notices.info(String(at));

  expect(notices.list.map((notice) => notice.text)).toEqual(["5", "6", "7", "8"]);
});

test("undo takes back the last thing first, each once; redo does it again", async () => {
  const notices = new NoticeStore();
  const said: string[] = [];
  const act = (name: string): void => {
    said.push(name);
    notices.undoable(
      name,
      () => said.push(`not ${name}`),
      () => act(name),
    );
  };
  act("first");
  act("second");

  const undone = [notices.undo(), notices.undo(), notices.undo()];
  const redone = [await notices.redo(), await notices.redo(), await notices.redo()];

  expect(said).toEqual(["first", "second", "not second", "not first", "first", "second"]);
  expect([undone, redone]).toEqual([
    [true, true, false],
    [true, true, false],
  ]);
});

test("something new ends what could be done again", async () => {
  const notices = new NoticeStore();
  const nothing = (): void => undefined;
  notices.undoable("old", nothing, nothing);
  notices.undo();

  notices.undoable("new", nothing, nothing);

  expect(await notices.redo()).toBe(false);
});

test("words without a button are said once", () => {
  const notices = new NoticeStore();

  for (const text of ["Copied.", "Saved.", "Copied."]) notices.info(text);

  expect(notices.list.map((notice) => notice.text)).toEqual(["Saved.", "Copied."]);
});

test("what is done several times is one notice, and all of it can be taken back", () => {
  const notices = new NoticeStore();
  const left = new Set(["first", "second"]);
  for (const name of left)
    notices.undoable(
      "Moved to the trash.",
      () => left.delete(name),
      () => undefined,
    );

  const said = notices.list.map((notice) => notice.text);
  notices.list[0]?.actions[0]?.run();
  const afterTheButton = [...left];
  notices.undo();

  expect(said).toEqual(["Moved to the trash."]);
  expect(afterTheButton).toEqual(["first"]);
  expect([...left]).toEqual([]);
});

test("a failure goes when something has worked", () => {
  const notices = new NoticeStore();
  notices.info("Copied.");
  notices.problem(full);

  notices.info("Saved.");

  expect(notices.list.map((notice) => notice.text)).toEqual(["Copied.", "Saved."]);
});

test("in a field only what was done after the last typing is taken back", async () => {
  const notices = new NoticeStore();
  const said: string[] = [];
  const act = (name: string): void =>
    notices.undoable(
      name,
      () => said.push(`not ${name}`),
      () => act(name),
    );
  act("first");
  notices.typed();
  act("second");

  const taken = [notices.sinceTyping("undo"), notices.sinceTyping("undo")];
  const again = [notices.sinceTyping("redo"), notices.sinceTyping("redo")];
  await Promise.resolve();

  expect(said).toEqual(["not second"]);
  expect([taken, again]).toEqual([
    [true, false],
    [true, false],
  ]);
});
