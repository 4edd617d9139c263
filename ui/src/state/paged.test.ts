import { describe, expect, it } from 'vitest';
import type { Page } from '../ipc/bindings';
import { Paged } from './paged.svelte';

function numbers(total: number, offset: number, limit: number): Page<number> {
  const length = Math.max(0, Math.min(limit, total - offset));
  return { rows: Array.from({ length }, (_, i) => offset + i), total, offset };
}

describe('rows by page', () => {
  it('pulls a page when a row of it is needed, once', async () => {
    const offsets: number[] = [];
    const rows = new Paged<number>(10);
    await rows.query(async (offset, limit) => {
      offsets.push(offset);
      return numbers(1000, offset, limit);
    });
    expect(rows.total).toBe(1000);
    await Promise.all([rows.ensure(95, 105), rows.ensure(95, 105)]);
    expect(rows.row(99)).toBe(99);
    expect(rows.row(100)).toBe(100);
    expect(rows.row(500)).toBeUndefined();
    expect(offsets.sort((a, b) => a - b)).toEqual([0, 90, 100]);
  });

  it('drops the answer to a question that is not asked any more', async () => {
    const rows = new Paged<number>(10);
    let release = () => {};
    const late = new Promise<void>((done) => (release = done));
    const first = rows.query(async (offset, limit) => {
      await late;
      return numbers(7, offset, limit);
    });
    await rows.query(async (offset, limit) => numbers(3, offset, limit));
    release();
    await first;
    expect(rows.total).toBe(3);
  });

  it('keeps the last good rows while a reload fails', async () => {
    let broken = false;
    const rows = new Paged<number>(10);
    await rows.query(async (offset, limit) => {
      if (broken) throw new Error('gone');
      return numbers(30, offset, limit);
    });
    broken = true;
    await rows.reload(0, 10);
    expect(rows.row(3)).toBe(3);
    expect(rows.total).toBe(30);
    expect(rows.failure?.code).toBe('internal');
  });

  it('reads a long range whole, whatever the engine gives at once', async () => {
    const rows = new Paged<number>(10);
    await rows.query(async (offset, limit) => numbers(2345, offset, Math.min(limit, 700)));
    const all = await rows.slice(0, 2345);
    expect(all).toEqual(Array.from({ length: 2345 }, (_, i) => i));
    expect(await rows.slice(100, 1900)).toEqual(all.slice(100, 1900));
    expect(await rows.slice(2300, 9999), 'rows that are gone meanwhile').toEqual(all.slice(2300));
  });

  it('keeps no more pages than it may', async () => {
    const rows = new Paged<number>(10, 3);
    await rows.query(async (offset, limit) => numbers(1000, offset, limit));
    for (let at = 0; at < 500; at += 10) await rows.ensure(at, at + 10);
    expect([...rows.held()].length).toBeLessThanOrEqual(30);
    expect(rows.row(495)).toBe(495);
  });

  it('finds a row again by what it is', async () => {
    const rows = new Paged<number>(10);
    await rows.query(async (offset, limit) => numbers(30, offset, limit));
    await rows.ensure(20, 30);
    expect(rows.find((row) => row === 24)).toBe(24);
    expect(rows.find((row) => row === 14)).toBe(-1);
  });
});
