// @vitest-environment happy-dom
// The files of the folder against the browser twin: what each is, why one is not read, and leaving files out.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { all, click, forget, one, said, settled, tabOf, twin, type } from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(search = '?data=few&lang=en&state=done') {
  const parts = await twin(search);
  const { default: View } = await import('./FilesView.svelte');
  const tab = await tabOf(parts, View, { onrun: vi.fn() });
  close = tab.close;
  return { ...parts, comeBack: tab.comeBack };
}

const row = (path: string) => {
  const found = all('file-row').find(({ dataset }) => dataset.key === path);
  if (!found) throw new Error(`${path} is not listed`);
  return found;
};
const words = (path: string) => (row(path).textContent ?? '').replace(/\s+/g, ' ');

async function only(state: string) {
  await click(one('filter-state'));
  await click(one(`filter-state-${state}`));
}

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

describe('a file', () => {
  it('says what it is to the last run, and the line above says it of all', async () => {
    await open();
    expect(words('guidelines/mounts.md')).toContain('New');
    expect(words('指針/金属資料の保管.md')).toContain('Changed');
    expect(words('loans/courier-handbook.md')).toContain('Removed');
    expect(said('files-summary')).toMatch(/^2 new, 1 changed, 1 removed since the last run/);
  });

  it.each([
    ['config/.env', /secret/i],
    ['exports/everything.txt', /too large.*84 MB/i],
    ['写真/目録.txt', /permission denied/],
  ])('that is not read says why: %s', async (path, why) => {
    await open();
    await only('skipped');
    expect(words(path)).toMatch(why);
  });

  it('can be opened when the last run read it, and only then', async () => {
    await open();
    await click(row('guidelines/metals-storage.md'));
    expect((one('open-document') as HTMLButtonElement).disabled).toBe(false);
    await click(row('guidelines/mounts.md'));
    expect((one('open-document') as HTMLButtonElement).disabled).toBe(true);
  });
});

describe('the list', () => {
  it('shows one state alone, and the way back when nothing is left', async () => {
    await open();
    await only('skipped');
    expect(all('file-row').map(({ dataset }) => dataset.key)).toContain('.git/config');
    expect(all('file-row').some(({ dataset }) => dataset.key?.startsWith('guidelines/'))).toBe(
      false,
    );
    await type(document.querySelector('[data-search]') as HTMLElement, 'no such file');
    expect(all('file-row')).toHaveLength(0);
    await click(document.querySelector('.empty .btn') as HTMLElement);
    expect(all('file-row').length).toBeGreaterThan(7);
  });

  it('is as it was left when one comes back', async () => {
    const { comeBack } = await open();
    await click(one('sort-size'));
    await only('unchanged');
    const rows = all('file-row').map(({ dataset }) => dataset.key);
    await click(row('指針/紙資料の保管.md'));
    await comeBack();
    expect(said('filter-state')).toBe('Unchanged');
    expect(all('file-row').map(({ dataset }) => dataset.key)).toEqual(rows);
    expect(one('sort-size').getAttribute('aria-pressed')).toBe('true');
    expect(row('指針/紙資料の保管.md').getAttribute('aria-selected')).toBe('true');
  });

  it('of a folder that is gone says so, instead of files that may be gone as well', async () => {
    await open('?data=few&lang=en&state=done&unreadable');
    expect(document.body.textContent).toMatch(/The folder does not exist/);
    expect(all('file-row')).toHaveLength(0);
  });
});

describe('leaving out', () => {
  it('one file: it says so at once, and Undo takes it back', async () => {
    const { toasts } = await open();
    await click(row('guidelines/paper-storage.md'));
    await click(one('exclude-files'));
    expect(words('guidelines/paper-storage.md')).toContain('Excluded');
    toasts.list.at(-1)?.undo?.();
    await settled();
    expect(words('guidelines/paper-storage.md')).toContain('Unchanged');
  });

  it('several files at once, and including them again with the same button', async () => {
    const { toasts } = await open();
    const paths = ['guidelines/metals-storage.md', 'guidelines/paper-storage.md'] as const;
    await click(row(paths[0]));
    await click(row(paths[1]), { ctrlKey: true });
    await click(one('exclude-files'));
    expect(paths.map((path) => /Excluded/.test(words(path)))).toEqual([true, true]);
    expect(toasts.list.at(-1)?.text).toContain('2');
    await click(row(paths[0]));
    expect(said('exclude-files')).toBe('Include again');
    await click(one('exclude-files'));
    expect(words(paths[0])).toContain('Unchanged');
    expect(words(paths[1])).toContain('Excluded');
  });
});
