// @vitest-environment happy-dom
// Merging asks for the name that stands for the concept; a conversion that Enter closes adds nothing.
import { fireEvent, render, screen } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';

const decide = vi.fn(async () => true);
const addTerm = vi.fn(async () => 'key');
vi.mock('../state/decisions.svelte', () => ({ decide, addTerm }));

const { default: MergeTerms } = await import('./MergeTerms.svelte');
const { default: AddTerm } = await import('./AddTerm.svelte');
const { default: AskText } = await import('./AskText.svelte');

describe('merging', () => {
  it('sends all keys under the name that was chosen', async () => {
    const onmerged = vi.fn();
    const terms = [
      { key: 'a', text: 'A' },
      { key: 'b', text: 'B' },
    ];
    render(MergeTerms, { projectId: 'p', terms, onclose: vi.fn(), onmerged });
    await fireEvent.click(screen.getAllByTestId('merge-primary')[1] as HTMLElement);
    await fireEvent.click(screen.getByTestId('confirm-merge'));
    expect(decide).toHaveBeenCalledWith(
      'p',
      ['a', 'b'],
      { kind: 'merge', primary: 'b' },
      expect.any(String),
    );
    await vi.waitFor(() => expect(onmerged).toHaveBeenCalledWith('b'));
  });

  it('says of each name in which language it is', () => {
    const terms = [
      { key: 'a', text: 'foxing' },
      { key: 'b', text: 'フォクシング' },
    ];
    render(MergeTerms, { projectId: 'p', terms, onclose: vi.fn(), onmerged: vi.fn() });
    expect(terms.map(({ text }) => screen.getByText(text).lang)).toEqual(['en', 'ja']);
  });
});

describe('Enter in a Japanese conversion', () => {
  it.each([{ isComposing: true }, { keyCode: 229 }])('adds no term: %o', async (composing) => {
    render(AddTerm, { projectId: 'p', onclose: vi.fn(), onadded: vi.fn() });
    const field = screen.getByTestId('new-term');
    await fireEvent.input(field, { target: { value: '乾燥室' } });
    await fireEvent.keyDown(field, { key: 'Enter', ...composing });
    expect(addTerm).not.toHaveBeenCalled();
    await fireEvent.keyDown(field, { key: 'Enter' });
    expect(addTerm).toHaveBeenCalledWith('p', '乾燥室');
    addTerm.mockClear();
  });

  it('gives no reason before it is closed', async () => {
    const onanswer = vi.fn();
    const words = { title: 't', label: 'l', action: 'a', testid: 'ask' };
    render(AskText, { ...words, onclose: vi.fn(), onanswer });
    const field = screen.getByTestId('ask-field');
    await fireEvent.input(field, { target: { value: '既知' } });
    await fireEvent.keyDown(field, { key: 'Enter', isComposing: true });
    expect(onanswer).not.toHaveBeenCalled();
    await fireEvent.keyDown(field, { key: 'Enter' });
    expect(onanswer).toHaveBeenCalledWith('既知');
  });
});
