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

test("undo takes back the last thing first, each once", () => {
  const notices = new NoticeStore();
  const undone: string[] = [];
  notices.undoable("first", () => undone.push("first"));
  notices.undoable("second", () => undone.push("second"));

  const answers = [notices.undo(), notices.undo(), notices.undo()];

  expect(undone).toEqual(["second", "first"]);
  expect(answers).toEqual([true, true, false]);
  expect(notices.list).toEqual([]);
});
