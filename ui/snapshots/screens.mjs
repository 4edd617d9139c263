// Every screen that is looked at by the tests: a line here is a picture in four variants, and an accessibility
// check of each. `at` is the address in the browser twin (see src/ipc/fake.ts), `act` what is done first.
const P = 'project-019ab3f2-7c4e-000001';
const tab = (name) => `#/project/${P}/${name}`;
const id = (name) => `[data-testid="${name}"]`;

/** @type {{ name: string, at: string, query?: string, size?: [number, number], act?: (page: import('playwright-core').Page) => Promise<void> }[]} */
export const screens = [
  { name: 'home', at: '#/' },
  { name: 'home-first-start', at: '#/', query: 'data=none' },
  { name: 'home-running', at: '#/', query: 'state=running' },
  { name: 'new-project', at: '#/', act: (page) => page.keyboard.press('Control+n') },
  { name: 'dashboard', at: '#/dashboard' },
  { name: 'dashboard-none', at: '#/dashboard', query: 'data=none' },
  { name: 'settings', at: '#/settings' },
  { name: 'not-run', at: tab('terms'), query: 'data=empty' },
  { name: 'files', at: tab('files') },
  { name: 'terms', at: tab('terms') },
  { name: 'terms-many', at: tab('terms'), query: 'data=many' },
  { name: 'provisional', at: tab('provisional') },
  { name: 'issues', at: tab('issues') },
  { name: 'refined', at: tab('refined') },
  { name: 'documents', at: tab('documents') },
  {
    name: 'document-card',
    at: tab('documents'),
    act: async (page) => {
      await page.click('.dt mark.term');
      await page.clock.runFor(500);
      await page.click(id('document-look'));
    },
  },
  { name: 'runs', at: tab('runs') },
  { name: 'project-settings', at: tab('settings') },
  {
    name: 'project-model',
    at: tab('settings'),
    query: 'model',
    act: async (page) => {
      await page.click(id('test-model'));
      await page.clock.runFor(500);
      await page.locator(id('model-check')).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'project-model-list',
    at: tab('settings'),
    query: 'model&pull=40',
    act: async (page) => {
      await page.click(id('list-models'));
      await page.waitForSelector(id('model-row'));
      await page.locator(id('set-engine')).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'project-ollama',
    at: tab('settings'),
    query: 'model&ollama',
    size: [960, 640],
    act: async (page) => {
      await page.click(id('start-ollama'));
      await page.click(id('ollama-output'));
      await page.locator(id('ollama-log')).scrollIntoViewIfNeeded();
    },
  },
  { name: 'provisional-model', at: tab('provisional'), query: 'model' },
  { name: 'run-model', at: tab('runs'), query: 'model' },
  { name: 'running', at: tab('provisional'), query: 'state=running' },
  { name: 'failed', at: tab('terms'), query: 'state=failed' },
  { name: 'partial', at: tab('files'), query: 'state=partial' },
  { name: 'damaged', at: '#/', query: 'damaged' },
  {
    name: 'why-stale',
    at: tab('terms'),
    query: 'state=stale',
    act: (page) => page.click(id('state-badge')),
  },
  { name: 'scope-menu', at: tab('terms'), act: (page) => page.click(id('scope')) },
  {
    name: 'run-diff',
    at: tab('runs'),
    act: async (page) => {
      await page.click(id('compare'));
    },
  },
  {
    name: 'terms-marked',
    at: tab('terms'),
    act: async (page) => {
      await page.click(`${id('term')} [role="row"]:nth-child(2)`);
      await page.keyboard.press('Shift+ArrowDown');
      await page.keyboard.press('Shift+ArrowDown');
    },
  },
  {
    name: 'merge-terms',
    at: tab('terms'),
    act: (page) => page.keyboard.press('Alt+m'),
  },
  {
    name: 'add-term',
    at: tab('terms'),
    act: (page) => page.click(id('add-term')),
  },
  {
    name: 'excluded-toast',
    at: tab('terms'),
    act: (page) => page.click(id('exclude')),
  },
  {
    name: 'history-opened',
    at: '#/dashboard',
    act: async (page) => {
      await page.click(id('history-row'));
    },
  },
  { name: 'closing', at: tab('terms'), query: 'state=running&close' },
  { name: 'log', at: tab('terms'), act: (page) => page.keyboard.press('Control+l') },
  {
    name: 'log-full',
    at: tab('terms'),
    query: 'state=running',
    act: async (page) => {
      await page.keyboard.press('Control+l');
      await page.click(id('log-full'));
      await page.fill(id('log-search'), 'guidelines');
      await page.clock.runFor(2500);
      await page.press(id('log-search'), 'Enter');
    },
  },
  {
    name: 'log-line',
    at: tab('terms'),
    act: async (page) => {
      await page.keyboard.press('Control+l');
      await page.click(id('log-full'));
      await page.click(id('log-wrap'));
      await page.focus(id('log'));
      await page.keyboard.press('Home');
      await page.clock.runFor(500);
      await page.click(`${id('log-row')}[data-seq="8"]`);
      await page.click(id('pin-line'));
    },
  },
  { name: 'log-window', at: '#/log/run-019ab3f2-7c4e-000003', size: [1000, 640] },
  {
    name: 'palette',
    at: tab('terms'),
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.clock.runFor(100);
      await page.fill(id('palette-field'), 'te');
    },
  },
  { name: 'shortcuts', at: tab('terms'), act: (page) => page.keyboard.press('?') },
  { name: 'small-window', at: tab('terms'), size: [960, 640] },
  {
    name: 'small-window-details',
    at: tab('terms'),
    size: [960, 640],
    act: async (page) => {
      await page.focus(id('term'));
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
    },
  },
  // The smallest window with text at 150 %.
  { name: 'large-text', at: tab('refined'), size: [640, 427] },
  { name: 'large-text-home', at: '#/', query: 'state=running', size: [640, 427] },
  { name: 'large-text-dashboard', at: '#/dashboard', query: 'state=running', size: [640, 427] },
  { name: 'large-text-files', at: tab('files'), size: [640, 427] },
  {
    name: 'large-text-log',
    at: tab('terms'),
    size: [640, 427],
    act: async (page) => {
      await page.keyboard.press('Control+l');
      await page.click(id('log-full'));
      await page.fill(id('log-search'), 'guidelines');
      await page.clock.runFor(2500);
    },
  },
];
