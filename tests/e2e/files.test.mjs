import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sampleFolder, startApp } from './app.mjs';
import { createProject, pick, rowTexts, state, waitForState } from './steps.mjs';

let app;
let folder;

const fileRow = async (path) => (await rowTexts(app, 'file-row')).find((text) => text.includes(path)) ?? '';
const waitForFile = (path, pattern) =>
  app.waitFor(async () => pattern.test(await fileRow(path)), {
    what: `${path} that says ${pattern}`,
  });

before(async () => {
  folder = sampleFolder();
  app = await startApp();
  await createProject(app, { name: 'Files', folder });
  await app.click('run');
  await waitForState(app, ['up_to_date']);
  await app.click('tab-files');
  await waitForFile('faq.txt', /Unchanged/);
});
after(() => app?.close());

test('D2: a file that is added while the folder is watched is new, without any click', async () => {
  writeFileSync(join(folder, 'cold-room.md'), 'A cold room is a room that is kept at four degrees. The cold room is full.\n');
  await waitForFile('cold-room.md', /New/);
  await waitForState(app, ['needs_rerun']);
  assert.match(await app.text('files-summary'), /1 new/);
  await app.screenshot('files-new');
});

test('a file that changes, and one that goes, say so by themselves', async () => {
  writeFileSync(join(folder, 'faq.txt'), `${readFileSync(join(folder, 'faq.txt'))}\nOne more line.\n`);
  await waitForFile('faq.txt', /Changed/);
  rmSync(join(folder, 'cold-room.md'));
  await app.waitFor(async () => (await fileRow('cold-room.md')) === '', {
    what: 'the new file gone',
  });
});

test('a file that is excluded is out after the next run, and can be taken back', async () => {
  await pick(app, 'file-row', /faq\.txt/);
  await app.click('exclude-files');
  await waitForFile('faq.txt', /Excluded/);
  await app.click('state-badge');
  await app.waitFor(async () => /left out now/.test(await app.pageText()), {
    what: 'the reason of the badge',
  });
  await app.click('run');
  await waitForState(app, ['running'], { timeout: 20_000 }).catch(() => {});
  await waitForState(app, ['up_to_date']);
  await app.click('tab-documents');
  await app.waitFor(async () => (await rowTexts(app, 'viewer-document-row')).length > 1, { what: 'the documents' });
  assert.ok(!(await rowTexts(app, 'viewer-document-row')).some((text) => text.includes('faq.txt')));
  await app.click('tab-files');
  // Where a long list ends is out of sight.
  await app.type('search', 'faq');
  await waitForFile('faq.txt', /Excluded/);
  await pick(app, 'file-row', /faq\.txt/);
  await app.click('exclude-files');
  await waitForFile('faq.txt', /New/);
  assert.equal(await state(app), 'needs_rerun');
  assert.ok(existsSync(join(folder, 'faq.txt')), 'the file itself is not touched');
});

test('a pattern that cannot be understood is refused before it is stored', async () => {
  await app.click('tab-settings');
  await app.type('set-exclude', '[a');
  await app.waitFor(async () => /cannot be understood/.test(await app.pageText()), { what: 'what is wrong with the pattern' });
  assert.equal(await app.run(() => document.querySelector('[data-testid="save-settings"]').disabled), true);
  await app.type('set-exclude', '*.txt');
  await app.waitFor(async () => /\d files?/.test(await app.text('pattern-count')), { what: 'how many files it matches' });
  await app.click('save-settings');
  await app.click('tab-files');
  await app.type('search', 'faq');
  await waitForFile('faq.txt', /pattern/);
});
