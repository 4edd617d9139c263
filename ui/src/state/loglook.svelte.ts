// How logs are looked at, in every place and for every run: long lines in one row or in several, and times as the
// clock told them or since the run began. And the lines that were pinned, by run.
import { memorize, onElsewhere, recall } from '../lib/remember';

export type LogTime = 'clock' | 'start';

/** A line that is to be found again. */
export interface Pin {
  seq: number;
  item: string;
  message: string;
}

/** Runs whose pins are kept: those that were pinned last. */
const RUNS = 100;
const PINS = 'log.pins';

type Pins = Record<string, Pin[]>;

const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
const isTime = (value: unknown): value is LogTime => value === 'clock' || value === 'start';
const isPin = (value: unknown): value is Pin =>
  typeof value === 'object' &&
  value !== null &&
  'seq' in value &&
  typeof value.seq === 'number' &&
  'item' in value &&
  'message' in value;
const isPins = (value: unknown): value is Pins =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((pins) => Array.isArray(pins) && pins.every(isPin));

let wrap = $state(recall('log.wrap', isFlag) ?? false);
let time = $state<LogTime>(recall('log.time', isTime) ?? 'clock');
let matchCase = $state(recall('log.match_case', isFlag) ?? false);
let regex = $state(recall('log.regex', isFlag) ?? false);
let pins = $state.raw<Pins>(recall(PINS, isPins) ?? {});

export const look = {
  get wrap() {
    return wrap;
  },
  set wrap(next: boolean) {
    wrap = next;
    memorize('log.wrap', next);
  },
  get time() {
    return time;
  },
  set time(next: LogTime) {
    time = next;
    memorize('log.time', next);
  },
  /** The search tells capitals from small letters. */
  get matchCase() {
    return matchCase;
  },
  set matchCase(next: boolean) {
    matchCase = next;
    memorize('log.match_case', next);
  },
  /** The search is for a regular expression. */
  get regex() {
    return regex;
  },
  set regex(next: boolean) {
    regex = next;
    memorize('log.regex', next);
  },
};

/** Lines that another window pins are pinned here at once. */
export function listenForPins(): () => void {
  return onElsewhere(PINS, () => (pins = recall(PINS, isPins) ?? {}));
}

/** The pinned lines of a run, in their order. */
export function pinsOf(runId: string): Pin[] {
  return pins[runId] ?? [];
}

/** Pins a line, or no longer. */
export function togglePin(runId: string, { seq, item, message }: Pin): void {
  // Another window may have pinned something since.
  const { [runId]: mine = [], ...others } = recall(PINS, isPins) ?? pins;
  const rest = mine.filter((pin) => pin.seq !== seq);
  if (rest.length === mine.length) rest.push({ seq, item, message });
  rest.sort((a, b) => a.seq - b.seq);
  const kept = Object.entries(others).slice(1 - RUNS);
  pins = Object.fromEntries(rest.length > 0 ? [...kept, [runId, rest]] : kept);
  memorize(PINS, pins);
}
