// @vitest-environment happy-dom
// The issues against the browser twin: what is looked at, and what is looked at next.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { all, click, forget, one, said, settled, tabOf, twin } from '../testing';

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

describe('the types', () => {
  it('are a menu that says how many there are of each, and filter the list', async () => {
    await open();
    await click(one('filter-kind'));
    expect(said('filter-kind-contradiction')).toMatch(/Contradiction ?2$/);
    expect(said('filter-kind-')).toMatch(/All types ?7$/);
    expect(one('filter-kind-contradiction').getAttribute('aria-disabled')).toBe('false');
    await click(one('filter-kind-contradiction'));
    expect(all('issue-row')).toHaveLength(2);
    expect(said('filter-kind')).toBe('Contradiction');
    await click(one('filter-kind'));
    await click(one('filter-kind-'));
    expect(all('issue-row')).toHaveLength(7);
  });

  it('are counted among what the other filters leave', async () => {
    await open();
    await click(one('filter-severity'));
    await click(one('filter-severity-low'));
    await click(one('filter-kind'));
    expect(said('filter-kind-')).toMatch(/1$/);
    expect(one('filter-kind-contradiction').getAttribute('aria-disabled')).toBe('true');
  });
});

it('a contradiction has the words marked in which its quotes differ', async () => {
  await open();
  const clash = [...document.querySelectorAll('mark.clash')].map((each) => each.textContent);
  expect(clash).toEqual(expect.arrayContaining(['45–55 %', '40–60 %']));
});

describe('what a model found', () => {
  const modelled = '?data=few&lang=en&state=done&model';

  it('says so, and its proposal becomes the definition', async () => {
    const { api, project } = await open(modelled);
    expect(said('found-by')).toBe('Found by qwen3:8b');
    const proposal = all('answer-define')[0] as HTMLInputElement;
    expect(proposal.checked).toBe(true);
    await click(one('accept'));
    await settled();
    const entry = await api.getEntry(project.id, 'refine', 'bronze disease');
    expect(entry.edited).toMatch(/^Progressive corrosion of copper alloys/);
  });

  it('has no proposal for a term that nobody needs but to leave it out', async () => {
    await open(modelled);
    await click(row(2));
    expect(all('answer-define')).toEqual([]);
    expect((all('answer-exclude')[0] as HTMLInputElement).checked).toBe(true);
  });
});
