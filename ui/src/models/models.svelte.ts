import type { Client } from "../bridge/client";
import type { Model } from "../bridge/messages.gen";

/** The models the engine found. Asked again whenever the picker opens: files come and go. */
export class ModelStore {
  list = $state.raw<readonly Model[]>([]);
  known = $state(false);
  private readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  async refresh(): Promise<void> {
    const { models } = await this.client.request({ type: "listModels" });
    this.list = models;
    this.known = true;
  }

  /** The model that `id` names; for null the first one that works. */
  find(id: string | null): Model | undefined {
    return id === null ? this.list.find((model) => !model.problem) : this.list.find((model) => model.id === id);
  }
}

/** The models whose name or family holds every word of `query`. */
export function matching(models: readonly Model[], query: string): readonly Model[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return models.filter((model) => {
    const text = `${model.name} ${model.family}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
