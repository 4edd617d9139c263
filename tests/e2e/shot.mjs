// Takes pictures of the real app; see scripts/shot.sh.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pause, root, sampleFolder, startApp } from './app.mjs';
import { choose, openLog, openProject, waitForState } from './steps.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    view: { type: 'string', default: 'refined' },
    language: { type: 'string', default: 'en' },
    theme: { type: 'string', default: 'light' },
    size: { type: 'string', default: '1280x800' },
    log: { type: 'boolean', default: false },
    name: { type: 'string' },
    to: { type: 'string', default: 'docs/pictures' },
  },
});
const [width, height] = values.size.split('x').map(Number);
const app = await startApp({ args: [positionals[0] ? resolve(positionals[0]) : sampleFolder()] });
try {
  await app.driver.manage().window().setRect({ width, height });
  if ((await waitForState(app, ['not_run', 'up_to_date', 'needs_rerun'])) !== 'up_to_date') {
    await app.click('run');
    await waitForState(app, ['up_to_date', 'partial', 'failed'], { timeout: 600_000 });
  }
  const name = await app.run(() => document.querySelector('.name')?.title);
  if (values.log) await openLog(app);
  for (const language of values.language.split(',')) {
    for (const theme of values.theme.split(',')) {
      await app.click('tab-settings');
      await choose(app, 'language', language);
      await choose(app, 'theme', theme);
      await pause(200);
      for (const view of values.view.split(',')) {
        await app.click(view === 'home' ? 'home' : `tab-${view}`);
        await pause(700);
        console.log(await app.screenshot(`${values.name ?? view}-${theme}-${language}`, resolve(root, values.to)));
        if (view === 'home') await openProject(app, name);
      }
    }
  }
} finally {
  await app.close();
}
