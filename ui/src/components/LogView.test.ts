// @vitest-environment happy-dom
// The log against the browser twin: how it is looked at is remembered, and a line that was pinned is found again.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { all, click, forget, one, press, said, settled, twin, type } from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(search = '?data=few&lang=en&state=done&log=2000') {
  const parts = await twin(search);
  const run = parts.app.last(parts.project.id);
  const { default: View } = await import('./LogView.svelte');
  const view = parts.mount(View, { target: document.body, props: { run, place: 'full' } });
  close = () => parts.unmount(view);
  await settled();
  return parts;
}

/** The same log in a window that is opened later. */
async function again() {
  await close();
  document.body.replaceChildren();
  await open();
}

const log = () => one('log');
const line = (seq: number) => {
  const found = all('log-row').find(({ dataset }) => dataset.seq === String(seq));
  if (!found) throw new Error(`line ${seq} is not in view`);
  return found;
};
const toTop = () => press(log(), 'Home');

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

it('long lines wrap when it is wanted, also in the next log', async () => {
  await open();
  expect(log().className).not.toContain('wrap');
  await click(one('log-wrap'));
  expect(one('log-wrap').getAttribute('aria-pressed')).toBe('true');
  expect(log().className).toContain('wrap');
  expect(all('log-row').at(-1)?.dataset.seq).toBe('2000');
  await again();
  expect(log().className).toContain('wrap');
});

it('what another window pins is pinned here at once', async () => {
  const parts = await open();
  await toTop();
  expect(line(3).className).not.toContain('pinned');
  const { memorize } = await import('../lib/remember');
  const run = parts.app.last(parts.project.id)?.id ?? '';
  memorize('log.pins', { [run]: [{ seq: 3, item: 'case', message: 'kept' }] });
  window.dispatchEvent(new StorageEvent('storage', { key: 'genglossary.log.pins' }));
  await settled();
  expect(line(3).className).toContain('pinned');
});

it('the search comes last for the keys where it stands below the rest', async () => {
  const before = () =>
    !!(one('log-search').compareDocumentPosition(one('follow')) & Node.DOCUMENT_POSITION_FOLLOWING);
  await open();
  expect(before()).toBe(true);
  vi.stubGlobal('innerWidth', 640);
  window.dispatchEvent(new Event('resize'));
  await settled();
  expect(before()).toBe(false);
});

it('a time is that of the clock, or since the run began', async () => {
  await open();
  await toTop();
  const time = () => line(1).querySelector('.tm')?.textContent;
  expect(time()).toMatch(/^\d\d:\d\d:\d\d\.\d{3}$/);
  await click(one('log-time'));
  await click(one('log-time-start'));
  expect(time()).toMatch(/^\d+:\d\d(:\d\d)?\.\d{3}$/);
  await again();
  await toTop();
  expect(one('log-time').getAttribute('aria-label')).toContain('Since start');
});

describe('a line that is pinned', () => {
  it('is named in the rail, which leads back to it', async () => {
    await open();
    await toTop();
    await click(line(8));
    await click(one('pin-line'));
    expect(said('log-pin')).toMatch(/^8 microclimate two documents give different causes/);
    expect(line(8).className).toContain('pinned');
    await press(log(), 'End');
    expect(all('log-row').some(({ dataset }) => dataset.seq === '8')).toBe(false);
    await click(one('log-pin'));
    expect(line(8).className).toContain('on');
  });

  it('is still there later, until its pin is taken away', async () => {
    await open();
    await toTop();
    await press(log(), 'p');
    expect(said('log-pin')).toMatch(/^1 /);
    await again();
    expect(all('log-pin')).toHaveLength(1);
    await click(one('unpin-line'));
    expect(all('log-pin')).toHaveLength(0);
    await again();
    expect(all('log-pin')).toHaveLength(0);
  });

  it('is opened and pinned by key', async () => {
    await open();
    await toTop();
    await press(log(), 'Enter');
    expect(said('log-record')).toMatch(/^1/);
    await press(log(), 'P');
    expect(one('pin-line').getAttribute('aria-pressed')).toBe('true');
    await press(log(), 'P');
    expect(all('log-pin')).toHaveLength(0);
  });
});

describe('a search', () => {
  const count = () => Number(/([\d,]+) hit/.exec(said('log-hits'))?.[1]?.replaceAll(',', '') ?? 0);

  it('tells capitals from small letters when that is wanted, also in the next log', async () => {
    await open();
    await type(one('log-search'), 'DOCUMENTS');
    expect(count()).toBeGreaterThan(0);
    await press(one('log-search'), 'c', { altKey: true, code: 'KeyC' });
    expect(one('log-match_case').getAttribute('aria-pressed')).toBe('true');
    expect(said('log-hits')).toContain('No hit');
    await again();
    expect(one('log-match_case').getAttribute('aria-pressed')).toBe('true');
  });

  it('is for an expression when that is wanted, and marks what it found', async () => {
    await open();
    await type(one('log-search'), 'two docu\\w+');
    expect(said('log-hits')).toContain('No hit');
    await click(one('log-regex'));
    expect(count()).toBeGreaterThan(0);
    await click(one('next-hit'));
    expect(document.querySelector('mark.now')?.textContent).toBe('two documents');
  });

  it('for what is no expression says why, and the log stays', async () => {
    await open();
    await click(one('log-regex'));
    const lines = all('log-row').length;
    await type(one('log-search'), '(open');
    expect(said('log-refused')).toMatch(/^Not a regular expression: ./);
    expect(one('log-search').getAttribute('aria-invalid')).toBe('true');
    expect(all('log-row')).toHaveLength(lines);
    await type(one('log-search'), '(two|open)');
    expect(one('log-search').getAttribute('aria-invalid')).toBe(null);
    expect(all('log-refused')).toHaveLength(0);
    expect(count()).toBeGreaterThan(0);
  });
});
