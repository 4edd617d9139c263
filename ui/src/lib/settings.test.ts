import { expect, it } from 'vitest';
import { draftOf, problemsOf, settingsOf } from './settings';

const draft = { max_file_mb: '50', max_terms: '', min_occurrences: '2' };

it('comes back as it was', () => {
  const settings = { max_file_mb: 50, max_terms: null, min_occurrences: 2 };
  expect(settingsOf(draftOf(settings))).toEqual(settings);
});

it('takes full-width digits', () => {
  expect(settingsOf({ ...draft, max_terms: '１２００' }).max_terms).toBe(1200);
});

it('names the fields that are not possible', () => {
  expect([...problemsOf(draft)]).toEqual([]);
  expect([...problemsOf({ max_file_mb: '0', max_terms: '1.5', min_occurrences: 'x' })]).toEqual([
    'max_file_mb',
    'max_terms',
    'min_occurrences',
  ]);
  expect([...problemsOf({ ...draft, min_occurrences: '' })]).toEqual(['min_occurrences']);
});
