// Compiled, never run: what the page relies on in the generated types.
import type { Answers, Command, EngineEvent, JobState, PicturePage } from "../../ui/src/bridge/messages.gen";

declare function request<C extends Command>(command: C): Promise<Answers[C["type"]]>;

export async function repliesAreInferredFromTheCommand(): Promise<PicturePage> {
  return await request({ type: "listPictures", limit: 10 });
}

export async function aReplyIsNotTakenForAnother(): Promise<PicturePage> {
  // @ts-expect-error a token count is no page of pictures
  return await request({ type: "countTokens", text: "a tent" });
}

export function defaultsMayBeLeftOutOfCommands(): Command {
  return { type: "generate", request: { prompt: "a tent" } };
}

export function unknownFieldsAreRefused(): Command {
  // @ts-expect-error the field is `request`
  return { type: "generate", wish: { prompt: "a tent" } };
}

export function everyEventIsHandled(event: EngineEvent): JobState | null {
  switch (event.type) {
    case "jobChanged":
      return event.row.state;
    case "jobRemoved":
    case "jobProgressed":
    case "pictureSaved":
    case "picturesChanged":
    case "queuePaused":
    case "engineChanged":
    case "settingsChanged":
      return null;
    default:
      return event satisfies never;
  }
}
