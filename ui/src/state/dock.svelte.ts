// The log dock: open or not, how high, and whose log. Without a run of its own it follows the active one.
const LOWEST = 120;

let open = $state(false);
let height = $state(400);
let runId = $state<string | null>(null);

export const dock = {
  get open() {
    return open;
  },
  get height() {
    return height;
  },
  get runId() {
    return runId;
  },
  toggle() {
    open = !open;
  },
  close() {
    open = false;
  },
  show(id: string) {
    runId = id;
    open = true;
  },
  /** Back to the run that is active, or else the last one. */
  follow() {
    runId = null;
  },
  resize(wanted: number, room: number) {
    height = Math.max(LOWEST, Math.min(wanted, room));
  },
};
