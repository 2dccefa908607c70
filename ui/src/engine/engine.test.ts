import { expect, test } from "vitest";
import type { EngineChanged, Snapshot } from "../bridge/messages.gen";
import { fakeHost } from "../bridge/replay/testing";
import { EngineStore, viewOf } from "./engine.svelte";

const lost = { code: "engine-lost", message: "The engine was killed." } as const;
const rebuilt = { code: "home-damaged", message: "The library was damaged and has been rebuilt." } as const;
const broken = { code: "internal-error", message: "The engine cannot load: no torch." } as const;

function changed(change: Pick<EngineChanged, "state" | "problem">): EngineChanged {
  return { type: "engineChanged", ...change };
}

test.each([
  ["ready", null, "ready"],
  ["ready", broken, "troubled"],
  ["ready", rebuilt, "ready"],
  ["stopping", broken, "troubled"],
  ["starting", lost, "restarting"],
  ["stopping", lost, "lost"],
] as const)("%s with %o is shown as %s", (state, problem, view) => {
  expect(viewOf(changed({ state, problem }))).toBe(view);
});

test("why it was started again is still known when it is back", () => {
  const engine = new EngineStore();

  engine.apply(changed({ state: "starting", problem: lost }));
  engine.apply(changed({ state: "starting", problem: null }));
  engine.apply(changed({ state: "ready", problem: null }));

  expect([engine.problem, engine.restarted]).toEqual([null, lost]);
});

test("what keeps the queue from going on is known again after a reload", async () => {
  const { host } = fakeHost();
  const answer = await host.engine(JSON.stringify({ type: "getSnapshot" }));
  const snapshot = { ...(JSON.parse(answer) as Snapshot), problem: broken };
  const engine = new EngineStore();

  engine.applySnapshot(snapshot);

  expect([engine.view, engine.problem]).toEqual(["troubled", broken]);
});
