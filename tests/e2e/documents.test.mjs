import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sampleFolder, startApp } from './app.mjs';
import { assertTerm, createProject, pick, waitForState } from './steps.mjs';

let app;

const marks = () => app.run(() => [...document.querySelectorAll('[data-testid="mark"]')].map((mark) => mark.textContent));
const shownRows = () => app.run(() => [...document.querySelectorAll('[data-testid="document-row"]')].map((row) => row.innerText));

before(async () => {
  app = await startApp();
  await createProject(app, { name: 'Documents', folder: sampleFolder() });
  await app.click('run');
  await waitForState(app, ['up_to_date']);
  await app.click('tab-documents');
  await pick(app, 'viewer-document-row', /faq\.txt/);
});
after(() => app?.close());

test('a document is shown with its terms, and a term with its card', async () => {
  await app.waitFor(async () => (await marks()).length > 3, { what: 'marked terms' });
  await app.click('mark');
  await app.waitFor(async () => /1 of \d|\d+ of \d+/.test(await app.text('occurrence-place')), { what: 'which occurrence it is' });
  await app.screenshot('document');
});

test('the keys go to the next occurrence and back', async () => {
  const place = () => app.text('occurrence-place');
  const before = await place();
  const total = Number(/of (\d+)/.exec(before)[1]);
  await app.keys('n');
  if (total > 1) await app.waitFor(async () => (await place()) !== before, { what: 'another occurrence' });
  await app.keys('p');
  await app.waitFor(async () => (await place()) === before, { what: 'the occurrence from before' });
  await app.waitFor(async () => app.run(() => document.querySelector('.dt mark.now') !== null), { what: 'the place in sight' });
});

test('a search finds its place in the document', async () => {
  await app.type('document-find', 'drying');
  await app.waitFor(async () => /1 of \d+/.test(await app.text('document-found')), { what: 'the first hit' });
  assert.ok((await app.run(() => document.querySelectorAll('.dt .hit').length)) > 0);
});

test('what is selected becomes a term', async () => {
  const words = await app.run(() => {
    const run = [...document.querySelectorAll('.dt span[data-from]')].find((each) => /\w+ \w+ \w+/.test(each.textContent));
    const found = /\w+ \w+/.exec(run.textContent);
    const range = document.createRange();
    range.setStart(run.firstChild, found.index);
    range.setEnd(run.firstChild, found.index + found[0].length);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return found[0];
  });
  await app.click('selection-add');
  await app.waitFor(async () => (await marks()).includes(words), { what: `${words} as a mark` });
  await assertTerm(app, words.toLowerCase(), true);
  await waitForState(app, ['needs_rerun']);
});

test('nothing of a document is let through as HTML', async () => {
  await app.click('tab-documents');
  await app.waitFor(async () => (await shownRows()).length > 3, { what: 'the text again' });
  const tags = await app.run(() => [...new Set([...document.querySelectorAll('.dt p *')].map((each) => each.tagName))]);
  assert.deepEqual(tags.filter((tag) => !['SPAN', 'MARK', 'RUBY', 'RT'].includes(tag)), []);
});
