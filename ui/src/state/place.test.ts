import { expect, it } from 'vitest';
import { fitting } from './place.svelte';

it('takes what was kept only where it has the form of today', () => {
  const now = { search: '', descending: true, category: null as string | null, sort: 'score' };
  expect(
    fitting(now, { search: 'ink', descending: false, category: 'name', sort: 'term' }),
  ).toEqual({
    search: 'ink',
    descending: false,
    category: 'name',
    sort: 'term',
  });
  expect(fitting(now, { search: 7, gone: true, descending: 'yes' })).toEqual(now);
  expect(fitting(now, 'nonsense')).toEqual(now);
  expect(fitting(now, null)).toEqual(now);
});
