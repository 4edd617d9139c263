// @vitest-environment happy-dom
import { render, screen } from '@testing-library/svelte';
import { flushSync, tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerCommands, registerFinder } from '../state/commands.svelte';
import Palette from './Palette.svelte';

let ran: string[] = [];
let closed = 0;
let leave: (() => void)[] = [];

const settle = async () => {
  await new Promise((done) => setTimeout(done, 20));
  await tick();
};

beforeEach(async () => {
  ran = [];
  closed = 0;
  const command = (id: string, title: string, more = {}) => ({
    id,
    title,
    run: () => ran.push(id),
    ...more,
  });
  leave = [
    $effect.root(() => {
      $effect(() =>
        registerCommands(() => [
          command('a', 'Go to Terms'),
          command('b', 'Stop the run', { when: () => false }),
          command('c', 'Theme: Dark'),
        ]),
      );
    }),
    registerFinder(async (text) => [command('t', `term ${text}`, { lang: 'en' })]),
  ];
  flushSync();
  render(Palette, { onclose: () => (closed += 1) });
  await settle();
});
afterEach(() => leave.forEach((each) => each()));

const field = () => screen.getByTestId('palette-field') as HTMLInputElement;
const items = () => screen.queryAllByTestId('palette-item').map((item) => item.dataset.command);

async function type(text: string) {
  field().value = text;
  field().dispatchEvent(new InputEvent('input', { bubbles: true }));
  await tick();
}
async function press(key: string, more: KeyboardEventInit = {}) {
  field().dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }),
  );
  await settle();
}

describe('the palette', () => {
  it('offers what can be done now, and nothing else', () => {
    expect(items()).toEqual(['a', 'c']);
  });

  it('runs the chosen command once, after it has closed', async () => {
    await press('ArrowDown');
    await press('Enter');
    expect(closed).toBe(1);
    expect(ran).toEqual(['c']);
  });

  it('goes round at the ends', async () => {
    await press('ArrowUp');
    expect(field().getAttribute('aria-activedescendant')).toBe(
      screen.getAllByTestId('palette-item')[1]?.id,
    );
  });

  it('asks for terms when typing pauses', async () => {
    await type('dark');
    expect(items()).toEqual(['c']);
    await new Promise((done) => setTimeout(done, 200));
    await tick();
    expect(items()).toEqual(['c', 't']);
    const langs = screen.getAllByTestId('palette-item').map((item) => item.querySelector('[lang]'));
    expect(langs.map((each) => each?.textContent)).toEqual([undefined, 'term dark']);
  });

  it('leaves Enter and the arrows to a conversion that is open', async () => {
    await press('Enter', { isComposing: true });
    await press('ArrowDown', { isComposing: true });
    // WebKit reports the Enter that ends a conversion after the end, with this code.
    await press('Enter', { keyCode: 229 } as KeyboardEventInit);
    expect(ran).toEqual([]);
    expect(closed).toBe(0);
    await press('Enter');
    expect(ran).toEqual(['a']);
  });

  it('is a dialog with a name, and its answers are options of the field', () => {
    expect(screen.getByRole('dialog', { name: 'Command palette' })).toBeTruthy();
    expect(screen.getByRole('combobox').getAttribute('aria-controls')).toBe(
      screen.getByRole('listbox').id,
    );
  });
});
