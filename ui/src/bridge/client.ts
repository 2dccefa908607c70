/** The page's one door to the engine: typed requests, ordered events, addresses of pictures. */

import { Batch } from "./batch";
import { parse, stringify } from "./exact";
import { Failure, problemOf, type Host, type Unlisten } from "./host";
import type { Answer, Answers, Command, EngineEvent } from "./messages.gen";

/** Of a job's progress only the newest matters; every other event is news. */
function isProgress(event: EngineEvent): boolean {
  return event.type === "jobProgressed";
}

export class Client {
  readonly host: Host;
  private readonly listeners = new Set<(events: readonly EngineEvent[]) => void>();
  private readonly batch: Batch<EngineEvent>;
  private unlisten: Unlisten | undefined;

  constructor(host: Host, batch = new Batch<EngineEvent>({ patient: isProgress })) {
    this.host = host;
    this.batch = batch;
    batch.deliver = (events) => this.listeners.forEach((listener) => listener(events));
  }

  /** Starts listening; resolves when no event can be missed any more. */
  async open(): Promise<void> {
    this.unlisten = await this.host.onEvent((text) => this.batch.add(parse<EngineEvent>(text)));
  }

  close(): void {
    this.unlisten?.();
    this.listeners.clear();
  }

  /** Events in order, several at once when they come faster than the page can show. */
  onEvents(listener: (events: readonly EngineEvent[]) => void): Unlisten {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Sends one command. Throws `Failure` when it is refused or the engine cannot be reached. */
  async request<C extends Command>(command: C): Promise<Answers[C["type"]]> {
    const answer = await this.ask(stringify(command));
    if (answer.type === "refused") throw new Failure(answer.problem);
    return answer as Answers[C["type"]];
  }

  previewUrl(key: string): string {
    return this.host.previewUrl(key);
  }

  pictureUrl(id: number, thumb?: number): string {
    return this.host.pictureUrl(id, thumb);
  }

  private async ask(command: string): Promise<Answer> {
    try {
      return parse<Answer>(await this.host.engine(command));
    } catch (reason) {
      throw new Failure(problemOf(reason));
    }
  }
}
