// The log dock: open or not, how high, and whose log. Without a run of its own it follows the active one.
import { memorize, recall } from '../lib/remember';

const LOWEST = 120;
const HEIGHT = 400;
const KEY = 'dock';

type Kept = { open: boolean; height: number };
const isKept = (value: unknown): value is Kept =>
  typeof (value as Kept | null)?.open === 'boolean' && typeof (value as Kept).height === 'number';

const kept = recall(KEY, isKept);
let open = $state(kept?.open ?? false);
let height = $state(Math.max(LOWEST, kept?.height ?? HEIGHT));
let full = $state(false);
let runId = $state<string | null>(null);
/** a record that is to be shown, once */
let wanted = $state<number | null>(null);

function keep() {
  memorize(KEY, { open, height });
}

export const dock = {
  get open() {
    return open;
  },
  get height() {
    return height;
  },
  /** it has all the room below the bar and the strip */
  get full() {
    return open && full;
  },
  get runId() {
    return runId;
  },
  get wanted() {
    return wanted;
  },
  toggle() {
    open = !open;
    full = false;
    keep();
  },
  fill(on: boolean) {
    full = on;
    open = true;
    keep();
  },
  show(id: string, seq: number | null = null) {
    runId = id;
    wanted = seq;
    open = true;
    keep();
  },
  /** The record that was asked for is on the screen. */
  shown() {
    wanted = null;
  },
  /** Back to the run that is active, or else the last one. */
  follow() {
    runId = null;
    wanted = null;
    full = false;
  },
  resize(wanted: number, room: number) {
    height = Math.max(LOWEST, Math.min(wanted, room));
    keep();
  },
};
