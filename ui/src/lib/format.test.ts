import { describe, expect, it } from 'vitest';
import { bytes, elapsed, lasted, list, moment, number, rough, shortId, took } from './format';

describe('moment', () => {
  const now = new Date(2026, 10, 20, 18, 0);
  const iso = (...parts: [number, number, number, number, number]) =>
    new Date(...parts).toISOString();

  it('calls today today', () => {
    expect(moment(iso(2026, 10, 20, 15, 21), now, 'en')).toBe('today 15:21');
    expect(moment(iso(2026, 10, 20, 15, 21), now, 'ja')).toBe('今日 15:21');
  });

  it('gives the day of this year without the year', () => {
    expect(moment(iso(2026, 10, 18, 20, 41), now, 'en')).toBe('18 Nov, 20:41');
    expect(moment(iso(2026, 10, 18, 20, 41), now, 'ja')).toBe('11月18日 20:41');
  });

  it('gives the year when it is another one', () => {
    expect(moment(iso(2024, 0, 2, 0, 5), now, 'en')).toBe('2 Jan 2024, 00:05');
    expect(moment(iso(2024, 0, 2, 0, 5), now, 'ja')).toBe('2024年1月2日 00:05');
  });
});

it('a large number may be rough where there is no room', () => {
  expect([rough(16_668, 'en'), rough(16_668, 'ja')]).toEqual(['16.7K', '1.7万']);
});

describe('durations', () => {
  it('runs as a clock', () => {
    expect(elapsed(6_900)).toBe('0:06');
    expect(elapsed(2_480_000)).toBe('41:20');
    expect(elapsed(5_703_000)).toBe('1:35:03');
    expect(elapsed(-5)).toBe('0:00');
  });

  it('gives tenths of a second for what was short', () => {
    expect(took(2_940, 'en')).toBe('2.9 s');
    expect(took(2_940, 'ja')).toBe('2.9秒');
    expect(took(49, 'en')).toBe('<0.1 s');
    expect(took(0, 'ja')).toBe('0.1秒未満');
    expect(took(12_000, 'en')).toBe('0:12');
    expect(lasted(2_940, 'ja')).toBe('2.9秒');
    expect(lasted(12_000, 'en')).toBe('12 s');
    expect(lasted(2_480_000, 'en')).toBe('41 min 20 s');
    expect(lasted(5_703_000, 'en')).toBe('1 h 35 min');
    expect(lasted(5_703_000, 'ja')).toBe('1時間35分');
  });
});

it('groups digits in both languages', () => {
  expect(number(103_518, 'en')).toBe('103,518');
  expect(number(103_518, 'ja')).toBe('103,518');
});

it('writes sizes with one decimal below ten', () => {
  expect(bytes(812, 'en')).toBe('812 B');
  expect(bytes(-0, 'en')).toBe('0 B');
  expect(bytes(9_960, 'en')).toBe('10 KB');
  expect(bytes(2_340_000, 'en')).toBe('2.3 MB');
  expect(bytes(14_200, 'ja')).toBe('14 KB');
});

it('joins terms as each language does', () => {
  expect(list(['a', 'b'], 'en')).toBe('a, b');
  expect(list(['甲', '乙'], 'ja')).toBe('甲、乙');
});

it('calls a run by the end of its id', () => {
  expect(shortId('0199a2b4-7c1e-7d3a-9f10-5b6a4c4c7e1a')).toBe('4c7e1a');
});
