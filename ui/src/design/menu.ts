import type { Component } from "svelte";

export interface MenuRow {
  readonly label: string;
  readonly keys?: string;
  readonly icon?: Component<{ size?: number; "aria-hidden"?: boolean }>;
  /** A line above sets it apart from the rows before. */
  readonly apart?: boolean;
  readonly run: () => unknown;
}
