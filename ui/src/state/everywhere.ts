// What can be done wherever one is: go to a project, change how the app looks, open its panels.
import type { AppSettings, Theme, UiLanguage } from '../ipc/bindings';
import { api } from '../ipc/client';
import { TABS, type Tab } from '../lib/glossary';
import { t } from '../lib/i18n.svelte';
import { app, saveSettings } from './app.svelte';
import type { Command } from './commands.svelte';
import { panel } from './palette.svelte';
import { placeAt } from './place.svelte';
import { go } from './route.svelte';
import { showError } from './toasts.svelte';

const LANGUAGES: UiLanguage[] = ['system', 'en', 'ja'];
const THEMES: Theme[] = ['system', 'light', 'dark'];
export const TEXT_SIZES = [100, 125, 150];

function set(part: Partial<AppSettings>): void {
  void saveSettings({ ...app.settings, ...part });
}

/** Opens a project at the tab where it was left. */
export function openProject(projectId: string): void {
  const left = placeAt(projectId, 'tab');
  const project = app.projects.find(({ id }) => id === projectId);
  const first: Tab = project?.counts.documents === null ? 'files' : 'terms';
  go({ view: 'project', project: projectId, tab: TABS.find((name) => name === left) ?? first });
}

export function everywhere(): Command[] {
  const { settings } = app;
  return [
    { id: 'palette', title: t('palette.title'), keys: 'Mod+K', run: () => panel.show('palette') },
    {
      id: 'shortcuts',
      title: t('shortcuts.title'),
      keys: '?',
      icon: 'command',
      run: () => panel.show('shortcuts'),
    },
    {
      id: 'go.home',
      title: t('command.go', { name: t('action.projects') }),
      keys: 'Mod+0',
      icon: 'projects',
      run: () => go({ view: 'home', project: null }),
    },
    {
      id: 'go.dashboard',
      title: t('command.go', { name: t('dashboard.title') }),
      keys: 'Mod+9',
      icon: 'dashboard',
      run: () => go({ view: 'dashboard' }),
    },
    {
      id: 'go.app_settings',
      title: t('command.go', { name: t('settings.app') }),
      keys: 'Mod+,',
      icon: 'settings',
      run: () => go({ view: 'settings' }),
    },
    ...app.projects.map((project) => ({
      id: `project.${project.id}`,
      title: project.name,
      note: project.folder,
      icon: 'files',
      run: () => openProject(project.id),
    })),
    ...LANGUAGES.map((language) => ({
      id: `language.${language}`,
      title: t('command.set', {
        name: t('settings.language'),
        value: t(`settings.language.${language}`),
      }),
      icon: 'globe',
      when: () => settings.language !== language,
      run: () => set({ language }),
    })),
    ...THEMES.map((theme) => ({
      id: `theme.${theme}`,
      title: t('command.set', { name: t('settings.theme'), value: t(`settings.theme.${theme}`) }),
      icon: 'sun',
      when: () => settings.theme !== theme,
      run: () => set({ theme }),
    })),
    ...TEXT_SIZES.map((size) => ({
      id: `text_size.${size}`,
      title: t('command.set', { name: t('settings.text_size'), value: `${size}%` }),
      icon: 'settings',
      when: () => settings.text_size !== size,
      run: () => set({ text_size: size }),
    })),
    {
      id: 'data.open',
      title: t('settings.open_data'),
      icon: 'files',
      run: () => void api.openDataFolder().catch(showError),
    },
  ];
}
