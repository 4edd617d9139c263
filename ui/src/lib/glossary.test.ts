import { expect, it } from 'vitest';
import type { RunStatus, RunView, StageStatus, StageView } from '../ipc/bindings';
import { repairScope, stageLook, stagesOf } from './glossary';

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

it('draws the stages of a run that ended as they were left (W6, D12)', () => {
  const look = (stage: StageStatus, run: RunStatus) =>
    stageLook({ status: stage } as StageView, { status: run } as RunView);
  expect(look('running', 'running')).toBe('running');
  expect(look('waiting', 'running')).toBe('waiting');
  expect(look('running', 'cancelled')).toBe('cancelled');
  expect(look('running', 'interrupted')).toBe('interrupted');
  expect(look('failed', 'interrupted')).toBe('interrupted');
  expect(look('failed', 'failed')).toBe('failed');
  expect(look('waiting', 'failed')).toBe('not_reached');
  expect(look('completed', 'interrupted')).toBe('completed');
});
