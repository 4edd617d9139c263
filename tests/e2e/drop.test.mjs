// Files that are dragged onto the window, by the pointer of the desktop and from another program.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pause, sampleFolder, startApp, temporaryFolder } from './app.mjs';

let app;
let folder;
before(async () => {
  folder = sampleFolder();
  app = await startApp();
  await app.driver.manage().window().setRect({ x: 0, y: 0, width: 960, height: 640 });
});
after(() => app?.close());

const pointer = (...how) => execFileSync('xdotool', how);

/** Drags paths over the window, asks what it says there, and drops them. */
async function drop(paths, over) {
  // The system's own Python has the bindings of its toolkit.
  const source = spawn('/usr/bin/python3', [join(import.meta.dirname, 'drag_source.py'), '1100', '800', ...paths], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await new Promise((resolve, reject) => {
      source.stdout.once('data', resolve);
      source.once('exit', () => reject(new Error('the window to drag from ended')));
    });
    pointer('mousemove', '1140', '840', 'mousedown', '1');
    for (let step = 1; step <= 20; step += 1) {
      pointer('mousemove', String(1140 - step * 33), String(840 - step * 26));
      await pause(40);
    }
    await over();
  } finally {
    pointer('mouseup', '1');
    await pause(300);
    source.kill();
  }
}

test('a folder that is dropped on the window becomes a project', async () => {
  await drop([folder], () => app.waitFor(async () => /Drop to make a project/.test(await app.pageText()), { what: 'the invitation to drop' }));
  await app.byTestId('create-project');
  assert.equal(await app.run(() => document.querySelector('[data-testid="project-folder"]').value), folder);
  await app.click('create-project');
  await app.byTestId('state-badge');
});

test('a document that is dropped on a project is copied into its folder', async () => {
  const outside = join(temporaryFolder('outside'), 'dropped.md');
  writeFileSync(outside, 'A drop zone is a place where files are let go.\n');
  await app.click('tab-files');
  await drop([outside], () => app.waitFor(async () => /Drop to copy into the folder/.test(await app.pageText()), { what: 'the invitation to drop' }));
  await app.click('copy');
  await app.waitFor(() => readFileSync(join(folder, 'dropped.md'), 'utf8').startsWith('A drop zone'), { what: 'the copy' });
});
