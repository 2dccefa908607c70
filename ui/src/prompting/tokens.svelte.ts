import type { Client } from "../bridge/client";
import type { TokenCount } from "../bridge/messages.gen";

export const CHUNK = 75;
const PAUSE_MS = 200;

/** How long a prompt is in tokens; asked when typing rests, so that it costs the engine nothing. */
export class TokenCounter {
  count = $state.raw<TokenCount | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;
  private readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  ask(text: string, model: string | null): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.request(text, model), PAUSE_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private async request(text: string, model: string | null): Promise<void> {
    const turn = ++this.asked;
    try {
      const count = await this.client.request({ type: "countTokens", text, model });
      if (turn === this.asked) this.count = count;
    } catch {
      // A counter that cannot count shows nothing; the reason comes with the next real command.
      if (turn === this.asked) this.count = null;
    }
  }
}
