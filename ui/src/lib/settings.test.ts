import { expect, it } from 'vitest';
import type { ProjectSettings } from '../ipc/bindings';
import { draftOf, EMPTY, linesOf, problemsOf, settingsOf } from './settings';

const draft = { ...EMPTY, max_file_mb: '50', min_occurrences: '2' };

it('comes back as it was', () => {
  const settings: ProjectSettings = {
    max_file_mb: 50,
    max_terms: null,
    min_occurrences: 2,
    include: ['*.md'],
    exclude: ['drafts', '古い/*.txt'],
    languages: 'japanese',
    stop_words: ['lot', '種子'],
    categories: [{ name: '材料', about: '' }],
    model: null,
  };
  expect(settingsOf(draftOf(settings), settings)).toEqual(settings);
});

it('takes full-width digits', () => {
  const kept: ProjectSettings = { ...settingsOf(draft, {} as ProjectSettings), model: null };
  expect(settingsOf({ ...draft, max_terms: '１２００' }, kept).max_terms).toBe(1200);
});

it('reads lists by line, each line once', () => {
  expect(linesOf(' a b \n\nc\na b\n')).toEqual(['a b', 'c']);
});

it('names the fields that are not possible', () => {
  expect([...problemsOf(draft)]).toEqual([]);
  const bad = { ...EMPTY, max_file_mb: '0', max_terms: '1.5', min_occurrences: 'x' };
  expect([...problemsOf(bad)]).toEqual(['max_file_mb', 'max_terms', 'min_occurrences']);
  expect([...problemsOf({ ...draft, min_occurrences: '' })]).toEqual(['min_occurrences']);
});
