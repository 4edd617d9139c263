// Every screen that is looked at by the tests: a line here is a picture in four variants, and an accessibility
// check of each; of `states` there is the check alone. `at` is the address in the browser twin (see src/ipc/fake.ts), `act` what is done first.
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
  { name: 'issues-judged', at: tab('issues'), query: 'model' },
  {
    name: 'run-calls',
    at: tab('runs'),
    query: 'model',
    act: async (page) => {
      await page.locator(id('run-list-row')).first().click();
      await page.locator(id('model-call')).nth(1).click();
      await page.locator(id('model-use')).scrollIntoViewIfNeeded();
    },
  },
  { name: 'project-settings', at: tab('settings') },
  {
    name: 'project-categories',
    at: tab('settings'),
    query: 'model&categories',
    act: async (page) => {
      await page.locator(id('remove-category')).first().click();
      await page.mouse.move(0, 0);
      await page.locator(id('take-category')).first().scrollIntoViewIfNeeded();
    },
  },
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
  { name: 'paused', at: tab('provisional'), query: 'state=paused', size: [960, 640] },
  { name: 'dashboard-paused', at: '#/dashboard', query: 'state=paused' },
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

const SMALL = [640, 427];
const pressed = (...keys) =>
  async function act(page) {
    for (const key of keys) {
      await page.keyboard.press(key);
      await page.clock.runFor(200);
    }
  };
const clicked = (...names) =>
  async function act(page) {
    for (const name of names) {
      await page.click(id(name));
      await page.clock.runFor(300);
    }
  };
/** In a small window: the details of the chosen row, as a sheet over the list. */
const opened = (list) =>
  async function act(page) {
    await page.focus(id(list));
    await pressed('ArrowDown', 'Enter')(page);
  };

/** What opens and closes: it is checked as the screens are, and no picture is kept. @type {typeof screens} */
export const states = [
  { name: 'project-menu', at: tab('terms'), act: clicked('project-menu') },
  { name: 'rename-project', at: tab('terms'), act: clicked('project-menu', 'project-menu-rename') },
  { name: 'duplicate', at: tab('terms'), act: clicked('project-menu', 'project-menu-duplicate') },
  { name: 'home-menu', at: '#/', act: clicked('project-more') },
  { name: 'home-order', at: '#/', act: clicked('project-order') },
  { name: 'home-nothing-found', at: '#/', act: (page) => page.fill(id('project-search'), 'zzzz') },
  { name: 'home-sheet', at: '#/', size: SMALL, act: opened('project-list') },
  { name: 'home-deleted', at: '#/', act: pressed('Delete') },
  { name: 'damaged-small', at: '#/', query: 'damaged', size: SMALL },
  { name: 'terms-filter', at: tab('terms'), act: clicked('filter-category') },
  { name: 'terms-columns', at: tab('terms'), act: clicked('columns') },
  { name: 'term-menu', at: tab('terms'), act: clicked('term-more') },
  {
    name: 'term-category',
    at: tab('terms'),
    query: 'categories',
    act: clicked('choose-category'),
  },
  {
    name: 'category-edited',
    at: tab('settings'),
    query: 'model&categories',
    size: SMALL,
    act: (page) => page.locator(id('edit-category')).nth(1).click(),
  },
  {
    name: 'categories-none',
    at: tab('settings'),
    size: SMALL,
    act: (page) => page.locator(id('own-categories')).scrollIntoViewIfNeeded(),
  },
  { name: 'term-renamed', at: tab('terms'), act: pressed('F2') },
  {
    name: 'terms-nothing-found',
    at: tab('terms'),
    act: (page) => page.fill(id('term-search'), 'zzz'),
  },
  { name: 'terms-marked-small', at: tab('terms'), size: SMALL, act: pressed('Shift+ArrowDown') },
  { name: 'edit-definition', at: tab('refined'), act: clicked('edit-definition') },
  { name: 'refined-sheet', at: tab('refined'), size: SMALL, act: opened('entry') },
  { name: 'refined-many-small', at: tab('refined'), query: 'data=many', size: SMALL },
  { name: 'dismiss', at: tab('issues'), act: clicked('dismiss') },
  { name: 'issue-kinds', at: tab('issues'), act: clicked('filter-kind') },
  { name: 'issue-sheet', at: tab('issues'), size: SMALL, act: opened('issue') },
  { name: 'issues-many-small', at: tab('issues'), query: 'data=many', size: SMALL },
  { name: 'files-filter', at: tab('files'), act: clicked('filter-state') },
  { name: 'files-copy', at: tab('files'), act: clicked('add-files') },
  { name: 'document-source', at: tab('documents'), act: clicked('document-rendered') },
  { name: 'document-look', at: tab('documents'), size: SMALL, act: clicked('document-look') },
  {
    name: 'document-hover',
    at: tab('documents'),
    act: async (page) => {
      await page.hover('.dt mark.term');
      await page.clock.runFor(800);
    },
  },
  {
    name: 'document-selected',
    at: tab('documents'),
    act: (page) => page.locator('.dt.md-item p').first().selectText(),
  },
  { name: 'run-sheet', at: tab('runs'), size: SMALL, act: opened('run-list') },
  { name: 'missing-all', at: tab('files'), query: 'state=partial', act: clicked('missing-all') },
  {
    name: 'why-stale-small',
    at: tab('terms'),
    query: 'state=stale',
    size: SMALL,
    act: clicked('state-badge'),
  },
  { name: 'scope-small', at: tab('terms'), query: 'model', size: SMALL, act: clicked('scope') },
  {
    name: 'stubborn',
    at: tab('terms'),
    query: 'state=cancelling&stubborn',
    act: (page) => page.clock.runFor(15_000),
  },
  { name: 'model-choices', at: tab('settings'), query: 'model', act: clicked('set-engine') },
  { name: 'model-found', at: tab('settings'), query: 'model', act: clicked('list-models') },
  {
    name: 'model-small',
    at: tab('settings'),
    query: 'model',
    size: SMALL,
    act: clicked('test-model'),
  },
  { name: 'settings-choices', at: '#/settings', act: clicked('theme') },
  { name: 'licences', at: '#/settings', act: clicked('show-notice') },
  {
    name: 'log-times',
    at: tab('terms'),
    act: async (page) => {
      await pressed('Control+l')(page);
      await clicked('log-full', 'log-time')(page);
    },
  },
  { name: 'dashboard-project', at: '#/dashboard', act: clicked('project-filter') },
  {
    name: 'palette-nothing-found',
    at: tab('terms'),
    act: async (page) => {
      await pressed('Control+k')(page);
      await page.fill(id('palette-field'), 'zzzz');
    },
  },
  {
    name: 'tooltip',
    at: tab('terms'),
    act: async (page) => {
      await page.hover(id('run'));
      await page.clock.runFor(1500);
    },
  },
].map((state) => ({ ...state, kept: false }));
