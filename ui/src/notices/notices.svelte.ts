import { problemOf } from "../bridge/host";
import type { Code, Problem } from "../bridge/messages.gen";
import { texts } from "../texts";

export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

export interface Notice {
  readonly id: number;
  readonly kind: "info" | "error";
  readonly text: string;
  readonly actions: readonly NoticeAction[];
  readonly code?: Code;
}

type Act = () => unknown;

interface Undo {
  readonly id: number;
  readonly run: () => void;
  readonly redo: Act;
}

const LIMIT = 4;

/** The small messages in the corner: what happened, and one thing to do about it. */
export class NoticeStore {
  list = $state.raw<readonly Notice[]>([]);
  private next = 1;
  private readonly undos: Undo[] = [];
  private redos: Act[] = [];
  /** How many of each have come since something was typed. */
  private fresh = { undo: 0, redo: 0 };

  /** Something worked. What failed before it is no news any more. */
  info(text: string, actions: readonly NoticeAction[] = []): number {
    this.worked();
    return this.push({ kind: "info", text, actions });
  }

  /** Says what was done and offers to take it back; Ctrl+Z does the same. */
  undoable(text: string, undo: () => void, redo: Act): void {
    const back = { label: texts.notices.undo, run: () => this.undo(id) };
    const id = this.push({ kind: "info", text, actions: [back] });
    this.undos.push({ id, run: undo, redo });
    this.redos = [];
    this.fresh = { undo: this.fresh.undo + 1, redo: 0 };
  }

  /** A failure as a sentence. */
  problem(reason: unknown, actionsFor: (problem: Problem) => readonly NoticeAction[] = () => []): void {
    const problem = problemOf(reason);
    this.push({ kind: "error", text: problem.message, actions: actionsFor(problem), code: problem.code });
  }

  /** Takes away the problems: they were about something that has worked by now. */
  worked(): void {
    this.list = this.list.filter((notice) => notice.kind !== "error");
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  /** Takes back the given thing, or the last one. False when there is nothing to take back. */
  undo(id = this.undos.at(-1)?.id): boolean {
    const at = this.undos.findIndex((entry) => entry.id === id);
    const entry = this.undos[at];
    if (!entry) return false;
    this.undos.splice(at, 1);
    this.dismiss(entry.id);
    entry.run();
    this.redos.push(entry.redo);
    this.fresh = { undo: Math.max(0, this.fresh.undo - 1), redo: this.fresh.redo + 1 };
    return true;
  }

  /** Does again what was taken back last. What is done again can be taken back again. */
  async redo(): Promise<boolean> {
    const again = this.redos.pop();
    if (!again) return false;
    const [rest, fresh] = [this.redos, Math.max(0, this.fresh.redo - 1)];
    await again();
    // Doing something ends what could be done again, except when it was this.
    this.redos = rest;
    this.fresh = { ...this.fresh, redo: fresh };
    return true;
  }

  /** A field was typed into: from now on Ctrl+Z in a field is about the typing. */
  typed(): void {
    this.fresh = { undo: 0, redo: 0 };
  }

  /** Undo or redo, as long as it is about something done after the last typing. */
  sinceTyping(action: "undo" | "redo"): boolean {
    if (this.fresh[action] === 0) return false;
    void this[action]();
    return true;
  }

  /** The same words twice are one notice; its button is about the last of what they say, Ctrl+Z about all of it. */
  private push(notice: Omit<Notice, "id">): number {
    const id = this.next++;
    const others = this.list.filter(({ text }) => text !== notice.text);
    this.list = [...others, { ...notice, id }].slice(-LIMIT);
    return id;
  }
}
