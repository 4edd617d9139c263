import { expect, it } from 'vitest';
import { repairScope, stagesOf } from './glossary';

it('repairs with the smallest scope that runs every stale stage', () => {
  expect(repairScope(['refine'])).toBe('refine');
  expect(repairScope(['review', 'refine'])).toBe('provisional_to_refined');
  expect(repairScope(['define', 'review', 'refine'])).toBe('from_terms');
  expect(repairScope(['load', 'extract', 'define', 'review', 'refine'])).toBe('full');
  expect(repairScope(['extract', 'refine'])).toBe('full');
});

it('knows the stages of a range', () => {
  expect(stagesOf('from_terms')).toEqual(['define', 'review', 'refine']);
  expect(stagesOf('review')).toEqual(['review']);
});
