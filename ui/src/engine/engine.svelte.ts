import type { EngineChanged, EngineState, Problem, Sampler, Schedule, Snapshot } from "../bridge/messages.gen";

/** The engine as the user sees it: its own states, the two only its supervisor knows, and what it cannot get over. */
export type EngineView = EngineState | "restarting" | "lost" | "troubled";

/** What is known of the engine. Starts empty: the page is usable before the first answer. */
export class EngineStore {
  view = $state<EngineView>("starting");
  problem = $state.raw<Problem | null>(null);
  /** Why it was started again the last time; still there when it is back, for that takes no time to be read in. */
  restarted = $state.raw<Problem | null>(null);
  version = $state("");
  home = $state("");
  samplers = $state.raw<readonly Sampler[]>([]);
  schedules = $state.raw<readonly Schedule[]>([]);
  /** False until the first snapshot: lists are empty because nothing is known yet, not because there is nothing. */
  known = $state(false);
  readonly away = $derived(this.view === "restarting" || this.view === "lost");
  readonly answering = $derived(this.known && !this.away);

  applySnapshot(snapshot: Snapshot): void {
    this.view = viewOf(snapshot);
    this.version = snapshot.version;
    this.home = snapshot.home;
    this.samplers = snapshot.samplers;
    this.schedules = snapshot.schedules;
    this.problem = snapshot.problem;
    this.known = true;
  }

  apply(event: EngineChanged): void {
    this.view = viewOf(event);
    this.problem = event.problem;
    if (this.view === "restarting") this.restarted = event.problem;
  }
}

/** The supervisor speaks through the same event: engine lost and starting again, or lost and given up. */
export function viewOf(event: Pick<EngineChanged, "state" | "problem">): EngineView {
  // A damaged library that was rebuilt is news, no hindrance.
  if (event.problem === null || event.problem.code === "home-damaged") return event.state;
  if (event.problem.code !== "engine-lost") return "troubled";
  return event.state === "starting" ? "restarting" : "lost";
}
