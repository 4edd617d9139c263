// @vitest-environment happy-dom
// The issues against the browser twin: what is looked at, and what is looked at next.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { all, click, forget, one, settled, tabOf, twin } from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(search = '?data=few&lang=en&state=done') {
  const parts = await twin(search);
  const { default: View } = await import('./IssuesView.svelte');
  const tab = await tabOf(parts, View, { onrun: vi.fn(), onentry: vi.fn() });
  close = tab.close;
  return { ...parts, comeBack: tab.comeBack };
}

const row = (at: number) => all('issue-row')[at] as HTMLElement;
const selected = () =>
  all('issue-row').filter((each) => each.getAttribute('aria-selected') === 'true');
const heading = () => one('issue-detail').getAttribute('aria-label');

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

it('the first issue is looked at, and the chosen one again when one comes back', async () => {
  const { comeBack } = await open();
  expect(selected()).toEqual([row(0)]);
  const chosen = row(2).dataset.key;
  await click(row(2));
  const term = heading();
  await comeBack();
  expect(selected().map(({ dataset }) => dataset.key)).toEqual([chosen]);
  expect(heading()).toBe(term);
});

it('a term is in its own language, in the list and above the issue', async () => {
  await open('?data=few&lang=en&state=done');
  await click(one('issues-all'));
  for (const each of all('issue-row')) {
    const term = each.querySelector<HTMLElement>('[lang]');
    expect(term?.lang).toBe(/[ぁ-んァ-ヶ一-龠]/.test(term?.textContent ?? '') ? 'ja' : 'en');
    await click(each);
    expect(document.querySelector<HTMLElement>('[data-testid="issue-detail"] h2')?.lang).toBe(
      term?.lang,
    );
  }
  expect(
    new Set([...document.querySelectorAll<HTMLElement>('.iss [lang]')].map((each) => each.lang)),
  ).toEqual(new Set(['ja', 'en']));
});

it('an issue far down the list is found again', async () => {
  const { comeBack } = await open('?data=many&lang=en&state=done');
  one('issue').dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true }));
  await settled();
  const term = heading();
  const key = selected()[0]?.dataset.key;
  expect(key).toBeDefined();
  await comeBack();
  expect(heading()).toBe(term);
  expect(one('issue-detail').textContent).toMatch(/(\d[\d,]*) \/ \1/);
});

it('another filter begins at its first issue', async () => {
  await open();
  await click(row(2));
  await click(one('issues-all'));
  expect(selected()).toEqual([row(0)]);
});
