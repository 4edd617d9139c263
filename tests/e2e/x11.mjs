// Asks a window to close as a window manager does: with WM_DELETE_WINDOW. Speaks the few X11 requests that this
// takes, so that the tests need no window manager and no tool for it.

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

const GET_ATTRIBUTES = 3;
const QUERY_TREE = 15;
const INTERN_ATOM = 16;
const GET_PROPERTY = 20;
const SEND_EVENT = 25;
const VIEWABLE = 2;

/** Closes every visible window of the process. */
export async function closeWindows(pid) {
  await onDisplay(async (display) => {
    const [protocols, deleteWindow] = [await display.atom('WM_PROTOCOLS'), await display.atom('WM_DELETE_WINDOW')];
    const windows = await windowsOf(display, pid);
    if (windows.length === 0) throw new Error(`The process ${pid} has no visible window`);
    for (const window of windows) display.message(window, protocols, deleteWindow);
    // An answer to a later request means that the earlier ones have arrived.
    await display.atom('WM_PROTOCOLS');
  });
}

/** Number of visible windows of the process. */
export const countWindows = (pid) => onDisplay(async (display) => (await windowsOf(display, pid)).length);

async function windowsOf(display, pid) {
  const owner = await display.atom('_NET_WM_PID');
  const windows = [];
  for (const window of await display.children()) {
    if ((await display.property(window, owner)) === pid && (await display.isViewable(window))) windows.push(window);
  }
  return windows;
}

async function onDisplay(ask) {
  const display = await Display.open(process.env.DISPLAY);
  try {
    return await ask(display);
  } finally {
    display.socket.destroy();
  }
}

class Display {
  static async open(name) {
    const number = /:(\d+)/.exec(name ?? '')?.[1];
    if (number === undefined) throw new Error('There is no X display');
    const display = new Display(connect(`/tmp/.X11-unix/X${number}`));
    await display.greet(cookie(number));
    return display;
  }

  constructor(socket) {
    this.socket = socket;
    this.received = Buffer.alloc(0);
    this.waiting = null;
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.waiting?.();
    });
    socket.on('error', (error) => this.failed?.(error));
  }

  async take(bytes) {
    while (this.received.length < bytes) {
      await new Promise((arrived, failed) => {
        this.waiting = arrived;
        this.failed = failed;
      });
    }
    const taken = this.received.subarray(0, bytes);
    this.received = this.received.subarray(bytes);
    return taken;
  }

  async greet(secret) {
    const method = Buffer.from(secret ? 'MIT-MAGIC-COOKIE-1' : '');
    const head = Buffer.alloc(12);
    head.write('l');
    head.writeUInt16LE(11, 2);
    head.writeUInt16LE(method.length, 6);
    head.writeUInt16LE(secret?.length ?? 0, 8);
    this.socket.write(Buffer.concat([head, padded(method), padded(secret ?? Buffer.alloc(0))]));
    const start = await this.take(8);
    const rest = await this.take(start.readUInt16LE(6) * 4);
    if (start[0] !== 1) throw new Error('The X display refuses the connection');
    const vendor = Math.ceil(rest.readUInt16LE(16) / 4) * 4;
    this.root = rest.readUInt32LE(32 + vendor + rest[21] * 8);
  }

  request(opcode, detail, body) {
    const head = Buffer.from([opcode, detail, 0, 0]);
    head.writeUInt16LE(1 + body.length / 4, 2);
    this.socket.write(Buffer.concat([head, body]));
  }

  /** The answer, or nothing when the window is gone. */
  async ask(opcode, detail, body) {
    this.request(opcode, detail, body);
    for (;;) {
      const head = await this.take(32);
      if (head[0] === 0) return null;
      if (head[0] === 1) return Buffer.concat([head, await this.take(head.readUInt32LE(4) * 4)]);
    }
  }

  async atom(name) {
    const length = Buffer.alloc(4);
    length.writeUInt16LE(name.length);
    return (await this.ask(INTERN_ATOM, 0, Buffer.concat([length, padded(Buffer.from(name))]))).readUInt32LE(8);
  }

  async children() {
    const tree = await this.ask(QUERY_TREE, 0, words(this.root));
    return Array.from({ length: tree.readUInt16LE(16) }, (_, i) => tree.readUInt32LE(32 + i * 4));
  }

  async property(window, name) {
    const answer = await this.ask(GET_PROPERTY, 0, words(window, name, 0, 0, 1));
    return answer && answer.length >= 36 ? answer.readUInt32LE(32) : null;
  }

  async isViewable(window) {
    return (await this.ask(GET_ATTRIBUTES, 0, words(window)))?.[26] === VIEWABLE;
  }

  message(window, type, value) {
    const head = Buffer.from([33, 32, 0, 0]);
    this.request(SEND_EVENT, 0, Buffer.concat([words(window, 0), head, words(window, type, value, 0, 0, 0, 0)]));
  }
}

const words = (...values) => Buffer.from(Uint32Array.from(values).buffer);
const padded = (bytes) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

/** The secret of that display, as the server's starter wrote it down. */
function cookie(number) {
  let entries;
  try {
    entries = readFileSync(process.env.XAUTHORITY ?? join(homedir(), '.Xauthority'));
  } catch {
    return null;
  }
  let at = 2;
  const field = () => {
    const length = entries.readUInt16BE(at);
    const value = entries.subarray(at + 2, at + 2 + length);
    at += 2 + length;
    return value;
  };
  while (at < entries.length) {
    const [, display, , secret] = [field(), field().toString(), field(), field()];
    if (display === '' || display === number) return secret;
    at += 2;
  }
  return null;
}
