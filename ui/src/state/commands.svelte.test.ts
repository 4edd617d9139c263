// @vitest-environment happy-dom
import { flushSync } from 'svelte';
import { expect, it } from 'vitest';
import { commands, registerCommands, type Command } from './commands.svelte';

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
