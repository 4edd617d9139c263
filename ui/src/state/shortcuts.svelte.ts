// Every command that can have a shortcut, also those whose view is not on the screen: the settings list them all.
import { TABS } from '../lib/glossary';
import { t } from '../lib/i18n.svelte';
import { commands, type Command } from './commands.svelte';

export type Known = Pick<Command, 'id' | 'title' | 'keys'>;

/** Commands that come and go with their views. What a view registers itself wins. */
function elsewhere(): Known[] {
  return [
    { id: 'run.start', title: t('command.run'), keys: 'F5' },
    { id: 'run.tab', title: t('command.run_tab'), keys: 'Shift+F5' },
    { id: 'run.stop', title: t('command.stop') },
    ...TABS.map((name, i) => ({
      id: `go.${name}`,
      title: t('command.go', { name: t(`tab.${name}`) }),
      keys: `Mod+${i + 1}`,
    })),
    { id: 'log.toggle', title: t('command.log'), keys: 'Mod+L' },
    { id: 'search.focus', title: t('command.search'), keys: 'Mod+F' },
    { id: 'project.new', title: t('home.new'), keys: 'Mod+N' },
  ];
}

export function known(): Known[] {
  const byId = new Map<string, Known>(elsewhere().map((each) => [each.id, each]));
  for (const { id, title, keys } of commands.all)
    if (keys !== undefined && !byId.has(id)) byId.set(id, { id, title, keys });
  return [...byId.values()];
}
