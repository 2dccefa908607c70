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

  info(text: string, actions: readonly NoticeAction[] = []): number {
    return this.push({ kind: "info", text, actions });
  }

  /** Says what was done and offers to take it back; Ctrl+Z does the same. */
  undoable(text: string, undo: () => void, redo: Act): void {
    const id = this.info(text, [{ label: texts.notices.undo, run: () => this.undo(id) }]);
    this.undos.push({ id, run: undo, redo });
    this.redos = [];
  }

  /** A failure as a sentence. The same sentence twice is one notice. */
  problem(reason: unknown, actionsFor: (problem: Problem) => readonly NoticeAction[] = () => []): void {
    const problem = problemOf(reason);
    this.list = this.list.filter((notice) => notice.text !== problem.message);
    this.push({ kind: "error", text: problem.message, actions: actionsFor(problem), code: problem.code });
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
    return true;
  }

  /** Does again what was taken back last. What is done again can be taken back again. */
  async redo(): Promise<boolean> {
    const again = this.redos.pop();
    if (!again) return false;
    const rest = this.redos;
    await again();
    // Doing something ends what could be done again, except when it was this.
    this.redos = rest;
    return true;
  }

  private push(notice: Omit<Notice, "id">): number {
    const id = this.next++;
    this.list = [...this.list, { ...notice, id }].slice(-LIMIT);
    return id;
  }
}
