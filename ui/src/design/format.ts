/** Numbers as a person reads them. */

import { texts } from "../texts";

export function seconds(value: number): string {
  const { units } = texts;
  if (value < 10) return units.seconds(value.toFixed(1));
  if (value < 60) return units.seconds(String(Math.round(value)));
  const whole = Math.round(value);
  if (whole < 3600) return units.minutes(`${Math.floor(whole / 60)}:${twoDigits(whole % 60)}`);
  return units.hours(Math.floor(whole / 3600), twoDigits(Math.floor((whole % 3600) / 60)));
}

/** Fast loops read better as steps per second, slow ones as seconds per step. */
export function pace(secondsPerStep: number): string {
  if (secondsPerStep <= 0) return "";
  if (secondsPerStep < 1) return texts.units.stepsPerSecond((1 / secondsPerStep).toFixed(1));
  return texts.units.secondsPerStep(secondsPerStep.toFixed(1));
}

const UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

export function bytes(value: number): string {
  let unit = 0;
  let left = value;
  while (left >= 1000 && unit < UNITS.length - 1) {
    left /= 1000;
    unit += 1;
  }
  return `${left >= 100 || unit === 0 ? Math.round(left) : left.toFixed(1)} ${UNITS[unit]}`;
}

export function size(width: number, height: number): string {
  return `${width} × ${height}`;
}

/** A time the reader's own way; an unreadable one stays as it was written. */
export function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

export function count(value: number): string {
  return value.toLocaleString(texts.language);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** A text from outside for a sentence: marks that turn the direction of writing are shown instead of obeyed. */
export function upright(text: string): string {
  return text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}
