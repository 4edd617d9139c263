// @vitest-environment happy-dom
import { flushSync } from 'svelte';
import { expect, it } from 'vitest';
import { commands, registerCommands, runKeys, type Command } from './commands.svelte';

const command = (id: string, more: Partial<Command> = {}): Command => ({
  id,
  title: id,
  run: () => {},
  ...more,
});

it('is told by each view what can be done, and forgets it with the view', () => {
  let possible = $state(false);
  const leave = $effect.root(() => {
    $effect(() => registerCommands(() => [command('a'), command('b', { when: () => possible })]));
    $effect(() => registerCommands(() => [command('c')]));
  });
  flushSync();
  expect(commands.possible.map(({ id }) => id)).toEqual(['a', 'c']);
  possible = true;
  expect(commands.possible.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  leave();
  expect(commands.all).toEqual([]);
});

it('leaves Ctrl Z to a text field, and takes it anywhere else', () => {
  const ran: string[] = [];
  const leave = $effect.root(() => {
    const undo = command('undo', { keys: 'Mod+Z', run: () => ran.push('undo') });
    $effect(() => registerCommands(() => [undo]));
  });
  flushSync();
  const press = (markup: string) => {
    document.body.innerHTML = markup;
    const event = new KeyboardEvent('keydown', { key: 'z', ctrlKey: true, cancelable: true });
    document.body.firstElementChild?.dispatchEvent(event);
    return runKeys(event);
  };
  expect(press('<input />')).toBe(false);
  expect(press('<input type="radio" />')).toBe(true);
  expect(press('<div></div>')).toBe(true);
  expect(ran).toEqual(['undo', 'undo']);
  leave();
});
