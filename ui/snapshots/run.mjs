// Draws every screen in both languages and both themes in a browser, over the browser twin of the engine: compares
// the pictures with those that are kept, and checks each for accessibility.
//
//   node snapshots/run.mjs [--update] [name...]     --update writes the pictures
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { decode, difference, encode } from './png.mjs';
import { screens, states } from './screens.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const KEPT = here('pictures');
const BUILT = here('../../target/snapshots/app');
const FAILED = here('../../target/snapshots/failed');
const NOW = new Date('2026-11-20T05:30:00Z');
const WORKERS = 2;
/** Part of a picture, and of a region of it, that may differ: other versions of a font draw their letters otherwise. */
const TOLERANCE = 0.01;
const REGION_TOLERANCE = 0.25;

const update = process.argv.includes('--update');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const chosen = [...screens, ...states].filter(
  ({ name }) => wanted.length === 0 || wanted.includes(name),
);
const variants = ['en', 'ja'].flatMap((lang) =>
  ['light', 'dark'].map((theme) => ({ lang, theme })),
);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
);
if (!executablePath) throw new Error('Chromium is missing; CHROMIUM may name it');

const quiet = { configFile: here('../vite.config.ts'), root: here('..'), logLevel: 'error' };
await build({ ...quiet, mode: 'snapshots', build: { outDir: BUILT, emptyOutDir: true } });
const server = await preview({
  ...quiet,
  build: { outDir: BUILT },
  preview: { host: '127.0.0.1', port: 0, strictPort: false },
});
const origin = `http://127.0.0.1:${server.httpServer.address().port}`;
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
});

const problems = [];
// Both languages and both themes are in the first and the last of the four.
const jobs = chosen.flatMap((screen) =>
  variants
    .filter((_, i) => screen.kept !== false || i === 0 || i === variants.length - 1)
    .map((variant) => ({ screen, ...variant })),
);
await rm(FAILED, { recursive: true, force: true });
await mkdir(FAILED, { recursive: true });
await mkdir(KEPT, { recursive: true });
await Promise.all(Array.from({ length: WORKERS }, work));
await browser.close();
await server.close();
if (wanted.length === 0) await sweep();

console.log(`${chosen.length} screens in ${variants.length} variants, ${problems.length} problems`);
for (const problem of problems) console.log(problem);
process.exit(problems.length > 0 ? 1 : 0);

async function work() {
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    const name = `${job.screen.name}.${job.lang}-${job.theme}`;
    try {
      await look(name, job);
    } catch (error) {
      problems.push(`${name}: ${error.message}`);
    }
  }
}

async function look(name, { screen, lang, theme }) {
  const [width, height] = screen.size ?? [1280, 800];
  const context = await browser.newContext({
    viewport: { width, height },
    timezoneId: 'Asia/Tokyo',
    reducedMotion: 'reduce',
  });
  try {
    const page = await context.newPage();
    const complain = (text) => problems.push(`${name}: ${text}`);
    page.on('pageerror', (error) => complain(error.message));
    page.on('console', (message) => message.type() === 'error' && complain(message.text()));
    // Time moves only when it is told to, so that what runs is always as far.
    await page.clock.install({ time: new Date(NOW - 60_000) });
    await page.clock.pauseAt(NOW);
    await page.goto(`${origin}/?lang=${lang}&theme=${theme}&${screen.query ?? ''}${screen.at}`);
    await page.waitForSelector('#app > :not(svg)');
    await page.clock.runFor(1500);
    await screen.act?.(page);
    await page.clock.runFor(1000);
    if (screen.kept !== false)
      await compare(
        name,
        await page.screenshot({ animations: 'disabled', caret: 'hide' }),
        complain,
      );
    await page.clock.resume();
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() =>
      globalThis.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
        resultTypes: ['violations'],
      }),
    );
    for (const { id, help, nodes } of violations)
      for (const node of nodes.slice(0, 3))
        complain(`${id}: ${help}: ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) complain(`${wide} px wider than its window`);
    const full = await page.evaluate(() =>
      [...document.querySelectorAll('.actionbar, .toolbar, .dockbar, .head')]
        .filter((bar) => bar.scrollWidth > bar.clientWidth + 1)
        .map((bar) => `${bar.className} by ${bar.scrollWidth - bar.clientWidth} px`),
    );
    for (const bar of full) complain(`more in a bar than it has room for: ${bar}`);
  } finally {
    await context.close();
  }
}

async function compare(name, shot, complain) {
  const kept = `${KEPT}/${name}.png`;
  const drawn = decode(shot);
  const before = await readFile(kept).then(decode, () => null);
  if (update) {
    await writeFile(kept, encode(drawn));
    return;
  }
  const far = before ? difference(before, drawn) : { whole: 1, region: 1 };
  if (far.whole <= TOLERANCE && far.region <= REGION_TOLERANCE) return;
  await writeFile(`${FAILED}/${name}.png`, shot);
  const percent = (part) => `${(100 * part).toFixed(1)} %`;
  complain(
    before
      ? `${percent(far.whole)} of the picture differ, ${percent(far.region)} of a region (target/snapshots/failed)`
      : 'no picture is kept: make snapshots',
  );
}

/** Pictures of screens that are no more. */
async function sweep() {
  const names = new Set(
    screens.flatMap(({ name }) =>
      variants.map(({ lang, theme }) => `${name}.${lang}-${theme}.png`),
    ),
  );
  for (const file of await readdir(KEPT)) {
    if (names.has(file)) continue;
    if (update) await rm(`${KEPT}/${file}`);
    else problems.push(`${file}: is no screen any more: make snapshots`);
  }
}
