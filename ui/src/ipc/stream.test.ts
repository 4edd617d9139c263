import { describe, expect, it, vi } from 'vitest';

vi.mock('@tauri-apps/api/core', () => ({ isTauri: () => false }));
vi.mock('@tauri-apps/plugin-dialog', () => ({ open: vi.fn(), save: vi.fn() }));

import type { LogLevel, LogPage, LogQuery, LogRecord, RunStatus } from './bindings';
import { LogStream, type LogSource } from './stream';

function record(seq: number, level: LogLevel = seq % 10 === 0 ? 'error' : 'info'): LogRecord {
  return {
    seq,
    time: '2026-11-20T10:00:00.000Z',
    level,
    stage: 'define',
    item: '',
    message: `line ${seq}`,
  };
}

function records(from: number, to: number): LogRecord[] {
  return Array.from({ length: to - from + 1 }, (_, i) => record(from + i));
}

/** An engine in a test: a log that grows, and a hand on when answers and events arrive. */
class Engine implements LogSource {
  log: LogRecord[] = [];
  ended: RunStatus | null = null;
  reads: LogQuery[] = [];
  subscribed = false;
  hold: Promise<void> | null = null;
  appended: (event: { records: LogRecord[]; total: number }) => void = () => {};
  end: (event: { status: RunStatus; total: number }) => void = () => {};

  async read(query: LogQuery): Promise<LogPage> {
    expect(this.subscribed, 'the subscription comes before the snapshot').toBe(true);
    this.reads.push(query);
    const matching = this.log.filter((line) => !query.levels || query.levels.includes(line.level));
    const counts = { debug: 0, info: 0, warn: 0, error: 0 };
    for (const line of this.log) counts[line.level] += 1;
    const page: LogPage = {
      records: matching.slice(query.from, query.from + query.limit),
      from: query.from,
      matching: matching.length,
      total: this.log.length,
      counts,
      ended: this.ended,
    };
    await this.hold;
    return page;
  }

  subscribe(appended: Engine['appended'], end: Engine['end']) {
    this.appended = appended;
    this.end = end;
    this.subscribed = true;
    return { ready: Promise.resolve(), stop: () => (this.subscribed = false) };
  }

  write(count: number, options: { silent?: boolean } = {}) {
    const fresh = records(this.log.length + 1, this.log.length + count);
    this.log.push(...fresh);
    if (!options.silent) this.appended({ records: fresh, total: this.log.length });
  }
}

const settled = () => new Promise((done) => setTimeout(done, 0));

function seqs(stream: LogStream): (number | undefined)[] {
  return stream.window(0, stream.matching).map((line) => line?.seq);
}

async function opened(engine: Engine): Promise<LogStream> {
  const stream = new LogStream(engine, () => {});
  await stream.open();
  return stream;
}

describe('a log stream', () => {
  it('takes the snapshot, then what is appended', async () => {
    const engine = new Engine();
    engine.write(3);
    const stream = await opened(engine);
    engine.write(2);
    expect(seqs(stream)).toEqual([1, 2, 3, 4, 5]);
    expect(stream.counts.info).toBe(5);
  });

  it('drops what the snapshot already holds (W3)', async () => {
    const engine = new Engine();
    engine.write(3);
    let release = () => {};
    engine.hold = new Promise((done) => (release = done));
    const stream = new LogStream(engine, () => {});
    const opening = stream.open();
    await settled();
    engine.appended({ records: records(2, 3), total: 3 });
    engine.write(2);
    engine.hold = null;
    release();
    await opening;
    expect(seqs(stream)).toEqual([1, 2, 3, 4, 5]);
    expect(stream.total).toBe(5);
  });

  it('takes an event that comes twice once', async () => {
    const engine = new Engine();
    const stream = await opened(engine);
    engine.write(4);
    engine.appended({ records: records(3, 4), total: 4 });
    expect(seqs(stream)).toEqual([1, 2, 3, 4]);
    expect(stream.counts.info).toBe(4);
  });

  it('fills a gap from the log', async () => {
    const engine = new Engine();
    engine.write(5);
    const stream = await opened(engine);
    engine.write(4, { silent: true });
    engine.write(1);
    await settled();
    stream.window(0, stream.matching);
    await settled();
    expect(stream.total).toBe(10);
    expect(seqs(stream)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(stream.counts).toEqual({ debug: 0, info: 9, warn: 0, error: 1 });
  });

  it('fills a gap of many pages without reading them all', async () => {
    const engine = new Engine();
    engine.write(5);
    const stream = await opened(engine);
    engine.write(50_000, { silent: true });
    engine.write(1);
    await settled();
    await settled();
    expect(stream.total).toBe(50_006);
    expect(engine.reads.length).toBeLessThan(6);
    expect(stream.window(50_005, 50_006)[0]?.seq).toBe(50_006);
  });

  it('counts and places only what passes the filter', async () => {
    const engine = new Engine();
    engine.write(25);
    const stream = await opened(engine);
    await stream.setLevels(['error']);
    engine.write(10);
    expect(stream.matching).toBe(3);
    expect(stream.total).toBe(35);
    expect(seqs(stream)).toEqual([10, 20, 30]);
  });

  it('gives the end to a viewer that comes after it (W2)', async () => {
    const engine = new Engine();
    engine.write(3);
    engine.ended = 'completed';
    const stream = await opened(engine);
    expect(stream.ended).toBe('completed');
  });

  it('reads what is missing when the end says that there is more', async () => {
    const engine = new Engine();
    engine.write(3);
    const stream = await opened(engine);
    engine.write(2, { silent: true });
    engine.ended = 'failed';
    engine.end({ status: 'failed', total: 5 });
    await settled();
    expect(stream.ended).toBe('failed');
    expect(seqs(stream)).toEqual([1, 2, 3, 4, 5]);
  });

  it('does not ask for the same missing page again and again', async () => {
    const engine = new Engine();
    engine.write(450);
    const stream = await opened(engine);
    for (let i = 0; i < 5; i += 1) {
      stream.window(0, 200);
      await settled();
    }
    expect(engine.reads.filter((query) => query.from === 0).length).toBeLessThanOrEqual(2);
  });

  it('says that the log cannot be read, and reads again on request', async () => {
    const engine = new Engine();
    const stream = new LogStream(
      {
        subscribe: engine.subscribe.bind(engine),
        read: vi
          .fn()
          .mockRejectedValueOnce(new Error('gone'))
          .mockImplementation(engine.read.bind(engine)),
      },
      () => {},
    );
    await stream.open();
    expect(stream.failure).toBeInstanceOf(Error);
    await stream.retry();
    expect(stream.failure).toBeNull();
    expect(stream.loaded).toBe(true);
  });
});
