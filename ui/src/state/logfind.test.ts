import { describe, expect, it } from 'vitest';
import type { LogHits, LogSearch } from '../ipc/bindings';
import { LogFind, pieces, piecesNear } from './logfind.svelte';

const hit = (seq: number) => ({ seq, at: seq - 1, text: '', found: '' });

/** Hits at every tenth record, 20 records to a part. */
function engine(log: { total: number }) {
  const asked: number[] = [];
  const search = async ({ after }: LogSearch): Promise<LogHits> => {
    asked.push(after);
    const seen = Math.min(log.total, after + 20);
    const hits = [];
    for (let seq = after + 1; seq <= seen; seq += 1) if (seq % 10 === 0) hits.push(hit(seq));
    return { hits, seen, done: seen === log.total };
  };
  return { asked, search };
}

describe('a search in the log', () => {
  it('reads part after part, and later only what is new', async () => {
    const log = { total: 50 };
    const { asked, search } = engine(log);
    const find = new LogFind('r', search);
    await find.find('x', null);
    expect(find.hits.map(({ seq }) => seq)).toEqual([10, 20, 30, 40, 50]);
    log.total = 70;
    await find.more();
    expect(find.hits.map(({ seq }) => seq)).toEqual([10, 20, 30, 40, 50, 60, 70]);
    expect(asked).toEqual([0, 20, 40, 50]);
  });

  it('drops the answer to a text that was changed meanwhile', async () => {
    let release = (_hits: LogHits) => {};
    const late = new Promise<LogHits>((done) => (release = done));
    const find = new LogFind('r', async ({ text }) =>
      text === 'old' ? late : { hits: [hit(3)], seen: 9, done: true },
    );
    const first = find.find('old', null);
    await find.find('new', null);
    release({ hits: [hit(1), hit(2)], seen: 9, done: true });
    await first;
    expect(find.hits.map(({ seq }) => seq)).toEqual([3]);
    expect(find.searching).toBe(false);
  });

  it('begins at the row that is looked at, and goes round', async () => {
    const { search } = engine({ total: 30 });
    const find = new LogFind('r', search);
    await find.find('x', null);
    expect(find.step(1, 15)?.seq).toBe(20);
    expect(find.step(1, 0)?.seq).toBe(30);
    expect(find.step(1, 0)?.seq).toBe(10);
    expect(find.step(-1, 0)?.seq).toBe(30);
    await find.find('x', null);
    expect(find.step(-1, 15)?.seq).toBe(10);
  });
});

it('cuts a text at every place, whatever its case', () => {
  expect(pieces('Paper and paper', 'PAPER')).toEqual(['', 'Paper', ' and ', 'paper', '']);
  expect(pieces('相対湿度', '湿')).toEqual(['相対', '湿', '度']);
  expect(pieces('none', '')).toEqual(['none']);
  expect(pieces('İstanbul', 'stan')).toEqual(['İstanbul']);
});

it('begins shortly before the first place', () => {
  const near = piecesNear('two documents give different causes (guidelines/a.md)', 'guidelines');
  expect(near).toEqual(['…ent causes (', 'guidelines', '/a.md)']);
  expect(piecesNear('a guideline', 'guideline')).toEqual(['a ', 'guideline', '']);
  expect(piecesNear('a text without a place in it', 'x y')).toEqual([
    'a text without a place in it',
  ]);
});
