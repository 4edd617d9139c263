// Where the user is. Kept in the address, so that a reload of the window comes back to the same place.
import { TABS, type Tab } from '../lib/glossary';

export type Route =
  | { view: 'home'; project: string | null }
  | { view: 'dashboard' }
  | { view: 'settings' }
  | { view: 'log'; run: string }
  | { view: 'project'; project: string; tab: Tab };

function parse(hash: string): Route {
  const [view, id, tab] = hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  if (view === 'dashboard') return { view: 'dashboard' };
  if (view === 'settings') return { view: 'settings' };
  if (view === 'log' && id) return { view: 'log', run: id };
  if (view === 'project' && id) {
    const known = TABS.find((name) => name === tab) ?? 'files';
    return { view: 'project', project: id, tab: known };
  }
  return { view: 'home', project: id ?? null };
}

function write(route: Route): string {
  if (route.view === 'dashboard') return '#/dashboard';
  if (route.view === 'settings') return '#/settings';
  if (route.view === 'log') return `#/log/${encodeURIComponent(route.run)}`;
  if (route.view === 'project')
    return `#/project/${encodeURIComponent(route.project)}/${route.tab}`;
  return route.project ? `#/home/${encodeURIComponent(route.project)}` : '#/';
}

let current = $state.raw<Route>(parse(location.hash));
addEventListener('hashchange', () => (current = parse(location.hash)));

export const route = {
  get current() {
    return current;
  },
};

export function go(next: Route): void {
  location.hash = write(next);
  current = next;
}
