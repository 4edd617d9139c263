import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Plan, Reason, ScopePlan } from '../ipc/bindings';
import { i18n } from './i18n.svelte';
import {
  estimateText,
  ownerText,
  prose,
  questionsText,
  reasonText,
  stopReasonText,
  waitingText,
} from './reasons';

beforeAll(() => vi.stubGlobal('document', { documentElement: {} }));
afterEach(() => (i18n.lang = 'en'));

describe('a reason as a sentence', () => {
  const added: Reason = { kind: 'documents_added', count: 2, examples: ['a.md', 'b.md'] };

  it('names the documents', () => {
    expect(reasonText(added)).toBe('2 documents added: a.md, b.md');
    i18n.lang = 'ja';
    expect(reasonText(added)).toBe('文書2件の追加：a.md、b.md');
  });

  it('says how many are not named', () => {
    expect(reasonText({ ...added, count: 12 })).toBe('12 documents added: a.md, b.md and 10 more');
    expect(reasonText({ kind: 'documents_removed', count: 1, examples: [] })).toBe(
      '1 document removed',
    );
  });

  it('names the stage', () => {
    expect(reasonText({ kind: 'outdated', stage: 'review' })).toContain('Issues');
    expect(reasonText({ kind: 'stage_missing', stage: 'refine' })).toContain('Refined');
  });

  it('words the error of an unreadable folder', () => {
    const message = { code: 'folder_not_found', params: {}, detail: null };
    expect(reasonText({ kind: 'folder_unreadable', message })).toMatch(
      /^The folder does not exist\./,
    );
  });

  it('has words for every kind in both languages', () => {
    const all: Reason[] = [
      { kind: 'not_run' },
      { kind: 'documents_changed', count: 3, examples: [] },
      { kind: 'terms_edited' },
      { kind: 'settings_changed' },
      { kind: 'engine_changed' },
      { kind: 'model_changed' },
      { kind: 'prompts_changed' },
      { kind: 'units_missing', count: 1 },
    ];
    for (const lang of ['en', 'ja'] as const) {
      i18n.lang = lang;
      for (const reason of all) expect(reasonText(reason)).not.toMatch(/^why\.|…/);
    }
  });
});

describe('an estimate', () => {
  const of = (from_ms: number, to_ms: number) => ({ from_ms, to_ms, samples: 3 });

  it('is a range in the unit of its upper end', () => {
    expect(estimateText(of(3_200, 7_900), 'en')).toBe('about 3–8 s');
    expect(estimateText(of(3_200, 7_900), 'ja')).toBe('約3〜8秒');
    expect(estimateText(of(40_000, 170_000), 'en')).toBe('about 1–3 min');
    expect(estimateText(of(3_600_000, 3 * 3_600_000), 'en')).toBe('about 1–3 h');
  });

  it('is one number when both ends are the same', () => {
    expect(estimateText(of(200, 900), 'en')).toBe('about 1 s');
  });

  it('says that there is no basis yet', () => {
    expect(estimateText(null, 'en')).toBe('no basis yet');
  });
});

it('says how often a model is asked, as a range or that nobody knows', () => {
  i18n.lang = 'en';
  const plan = (asks: boolean): Plan => ({
    state: 'not_run',
    reasons: [],
    scope: 'full',
    asks,
    scopes: [],
  });
  const scope = (from: number, to: number): ScopePlan => ({
    scope: 'full',
    estimate: null,
    questions: { from, to },
  });
  expect(questionsText(plan(true), scope(20, 70))).toBe('20–70 questions');
  expect(questionsText(plan(true), scope(0, 70))).toBe('up to 70 questions');
  expect(questionsText(plan(true), scope(1, 1))).toBe('1 question');
  expect(questionsText(plan(true), scope(0, 0))).toBe('');
  expect(questionsText(plan(true), { ...scope(0, 0), questions: null })).toBe('no basis yet');
  expect(questionsText(plan(false), { ...scope(0, 0), questions: null })).toBe('');
});

it('writes a duration in prose', () => {
  expect(prose(12 * 60_000, 'en')).toBe('12 min');
  expect(prose(112 * 60_000, 'en')).toBe('1 h 52 min');
  expect(prose(112 * 60_000, 'ja')).toBe('1時間52分');
  expect(prose(4_000, 'en')).toBe('4 s');
});

it('says why a run waits', () => {
  expect(waitingText({ running: 2, limit: 2, ahead: 1 })).toBe(
    'Waiting: 2 of 2 places taken, 1 ahead',
  );
  expect(waitingText({ running: 2, limit: 2, ahead: 0 })).toBe(
    'Waiting: 2 of 2 places taken, next in line',
  );
});

it('words why a run was stopped, and shows a code that it does not know', () => {
  for (const code of ['closing', 'forced', 'signal', 'user'])
    expect(stopReasonText({ stop_reason: code })).not.toBe(code);
  expect(stopReasonText({ stop_reason: 'flood' })).toBe('flood');
  expect(stopReasonText({ stop_reason: null })).toBe('');
});

it('names the owner of a run of another process only while that matters', () => {
  expect(ownerText({ owner: 'this', status: 'running' })).toBe('');
  expect(ownerText({ owner: 'app', status: 'running' })).toBe('another copy of the app');
  expect(ownerText({ owner: 'app', status: 'interrupted' })).toBe('');
  expect(ownerText({ owner: 'command_line', status: 'completed' })).toBe('command line');
});
