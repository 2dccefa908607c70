/** What the page needs from the world outside it. Two hosts exist: the desktop shell and the replay in a browser. */

import type { Code, Problem } from "./messages.gen";
import type { Shelf } from "./shelf";

/** A failure the user may read: the engine's refusal, or the way to the engine being broken. */
export class Failure extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }

  get code(): Code {
    return this.problem.code;
  }
}

export type Unlisten = () => void;

/** How the size of everything in the window changes. */
export type SizeChange = "larger" | "smaller" | "usual";

/** Text crosses as JSON strings, exactly as in the shell, so that both hosts share one decoder. */
export interface Host {
  /** Sends one command, answers with one answer; rejects when the engine cannot be reached. */
  engine(command: string): Promise<string>;
  /** Calls back with every event, in order. */
  onEvent(listener: (event: string) => void): Promise<Unlisten>;
  /** Files the user dropped on the window, or handed over by a second start. */
  onFiles(listener: (paths: readonly string[]) => void): Promise<Unlisten>;
  /** True while files hover over the window. */
  onHover(listener: (hovering: boolean) => void): Promise<Unlisten>;
  previewUrl(key: string): string;
  pictureUrl(id: number, thumb?: number): string;
  pickFolder(): Promise<string | null>;
  pickPicture(): Promise<string | null>;
  saveAs(name: string): Promise<string | null>;
  showPicture(id: number): Promise<void>;
  showHome(): Promise<void>;
  copyPicture(id: number): Promise<void>;
  copyText(text: string): Promise<void>;
  engineLog(): Promise<string>;
  restartEngine(): Promise<void>;
  /** Goes on in another home; the page is loaded anew. */
  setHome(path: string): Promise<void>;
  /** How far the current job is, for the task bar; null when nothing is left to do. */
  showProgress(percent: number | null): Promise<void>;
  /** Shows everything larger or smaller, now and at the next start; answers the percentage. */
  zoom(change: SizeChange): Promise<number>;
  /** Takes the whole screen or leaves it; null for the other of the two. */
  fullScreen(on: boolean | null): Promise<void>;
  /** Closes the window as its close button does. */
  closeWindow(): Promise<void>;
  /** What the page kept at earlier starts, and where it keeps it for the next. */
  shelf(): Promise<Shelf>;
  /** Loads the page anew, with other addresses for pictures. */
  startOver(): void;
}

/** Any rejection as a problem; the shell rejects with `{code, message}`, everything else is a bug. */
export function problemOf(reason: unknown): Problem {
  if (reason instanceof Failure) return reason.problem;
  const given = parsed(reason);
  if (isProblem(given)) return { code: given.code, message: given.message };
  const message = reason instanceof Error ? reason.message : String(reason);
  return { code: "internal-error", message };
}

function parsed(reason: unknown): unknown {
  if (typeof reason !== "string") return reason;
  try {
    return JSON.parse(reason) as unknown;
  } catch {
    return reason;
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}
