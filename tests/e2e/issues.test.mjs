// Answers to issues hold in every later review, and can be taken back. By keys where there are keys.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startOnSample, waitForState } from './steps.mjs';

let app;

before(async () => (app = await startOnSample({ tab: 'tab-issues', row: 'issue-row' })));
after(() => app?.close());

const count = async (state) => Number(/[\d,]+$/.exec((await app.text(`issues-${state}`)).trim())?.[0].replaceAll(',', '') ?? 0);
const settles = (state, wanted) => app.waitFor(async () => (await count(state)) === wanted, { what: `${wanted} ${state} issues` });

test('an accepted exclusion settles its issue, the navigation follows, and undo opens it again', async () => {
  const open = await count('open');
  await app.click('filter-kind');
  await app.click('filter-kind-undefined');
  await app.waitFor(async () => (await app.all('issue-row')).length > 0, { what: 'terms without a definition' });
  await app.click('issue-row');
  await app.click('answer-exclude');
  await app.click('accept');
  await settles('open', open - 1);
  await app.waitForText('tab-issues', new RegExp(`${open - 1}`));
  await app.click('undo');
  await settles('open', open);
  await app.click('filter-kind');
  await app.click('filter-kind-');
});

test('a dismissed issue stays dismissed with its reason after a run of everything', async () => {
  const open = await count('open');
  await app.click('issue-row');
  const term = await app.run(() => document.querySelector('[data-testid="issue-detail"]').getAttribute('aria-label'));
  await app.click('dismiss');
  await app.type('ask-reason-field', 'known and wanted');
  await app.click('ask-reason-confirm');
  await settles('dismissed', 1);
  assert.equal(await count('open'), open - 1);
  await app.click('run');
  await waitForState(app, ['up_to_date']);
  await app.click('issues-dismissed');
  await app.waitFor(async () => (await app.all('issue-row')).length === 1, { what: 'the dismissed issue' });
  assert.equal(await app.run(() => document.querySelector('[data-testid="issue-row"] .clip').title), term);
  await app.waitForText('resolution', /known and wanted/);
  await app.screenshot('dismissed');
  await app.click('reopen');
  await settles('open', open);
});
