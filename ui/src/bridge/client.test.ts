import { expect, test } from "vitest";
import { Client } from "./client";
import { Failure, problemOf } from "./host";
import type { EngineEvent } from "./messages.gen";
import { atOnce, fakeHost } from "./replay/testing";

test("a refused command throws the engine's problem", async () => {
  const { host } = fakeHost();
  const client = new Client(host);

  const failure = await client.request({ type: "getPicture", picture: 999 }).catch((reason: unknown) => reason);

  expect(failure).toBeInstanceOf(Failure);
  expect((failure as Failure).code).toBe("not-found");
});

test("an engine that cannot be reached is a problem with the shell's code", async () => {
  const { host } = fakeHost();
  host.engine = async () => Promise.reject('{"code":"engine-lost","message":"The engine does not answer."}');

  const failure = await new Client(host).request({ type: "listModels" }).catch((reason: unknown) => reason);

  expect((failure as Failure).problem).toEqual({ code: "engine-lost", message: "The engine does not answer." });
});

test("a rejection that is no problem reads as a bug, with its text", () => {
  expect(problemOf(new Error("boom"))).toEqual({ code: "internal-error", message: "boom" });
  expect(problemOf("no such command")).toEqual({ code: "internal-error", message: "no such command" });
});

test("events reach every listener in order, until it stops listening", async () => {
  const { host, engine } = fakeHost();
  const client = new Client(host, atOnce());
  const heard: EngineEvent[] = [];
  await client.open();
  const stop = client.onEvents((events) => heard.push(...events));

  engine.handle({ type: "pauseQueue" });
  engine.handle({ type: "resumeQueue" });
  stop();
  engine.handle({ type: "pauseQueue" });

  expect(heard).toEqual([
    { type: "queuePaused", paused: true },
    { type: "queuePaused", paused: false },
  ]);
});
