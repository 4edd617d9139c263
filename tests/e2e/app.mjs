// Starts the built app in its real webview and finds things in it by their test id.
// Knows WebDriver and the process; knows nothing of what the app is for.

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import selenium from 'selenium-webdriver';
import { Executor, HttpClient } from 'selenium-webdriver/http/index.js';
import { closeWindows, countWindows } from './x11.mjs';

const { By, Capabilities, Key, WebDriver } = selenium;
export { By, Key };

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const artefacts = join(root, 'target/e2e');
const binary = process.env.GENGLOSSARY_APP ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug/genglossary-desktop');
/** The command line of the same build. */
export const commandLine = join(dirname(binary), 'genglossary');
const PATIENCE = 20_000;

/** A new empty folder that is removed when the tests end. */
export function temporaryFolder(label) {
  const folder = mkdtempSync(join(tmpdir(), `genglossary-${label}-`));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A private copy of the sample documents. */
export function sampleFolder(name = 'seed-bank') {
  const folder = join(temporaryFolder('sample'), name);
  cpSync(join(root, 'examples', name), folder, { recursive: true });
  return folder;
}

/** Starts the app with its own data folder, never the user's. Give `home` to start it again on the same data. */
export async function startApp({ home = temporaryFolder('home'), args = [], env = {}, program = binary } = {}) {
  if (!existsSync(binary)) throw new Error(`The app is not built: ${binary}`);
  const app = new App(home, args, env, program);
  await app.start();
  return app;
}

/** The app without the administrator's right to read every file, so that the mode of a file counts for it. */
export function unprivilegedProgram() {
  if (process.getuid() !== 0) return binary;
  const program = join(temporaryFolder('program'), 'genglossary-desktop');
  const rights = '-dac_override,-dac_read_search';
  const drop = `setpriv --bounding-set=${rights} --inh-caps=${rights} --no-new-privs`;
  writeFileSync(program, `#!/bin/sh\nexec ${drop} '${binary}' "$@"\n`, { mode: 0o755 });
  return program;
}

class App {
  constructor(home, args, env, program) {
    this.home = home;
    this.args = args;
    this.env = env;
    this.program = program;
  }

  async start() {
    const port = await freePort();
    this.log = [];
    this.server = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        TAURI_WEBVIEW_AUTOMATION: 'true',
        NO_AT_BRIDGE: '1',
        GDK_BACKEND: 'x11',
        LIBGL_ALWAYS_SOFTWARE: '1',
        ...this.ownEnv(),
      },
    });
    const server = this.server;
    process.once('exit', () => server.kill('SIGKILL'));
    for (const stream of [this.server.stdout, this.server.stderr]) stream.on('data', (chunk) => this.log.push(chunk));
    await listening(port);
    const executor = new Executor(new HttpClient(`http://127.0.0.1:${port}`));
    const capabilities = new Capabilities({ 'webkitgtk:browserOptions': { binary: this.program, args: this.args } });
    try {
      this.driver = WebDriver.createSession(executor, capabilities);
      await this.driver.getSession();
    } catch (error) {
      this.server.kill('SIGKILL');
      throw new Error(`The app did not start: ${error.message}\n${this.output()}`, { cause: error });
    }
    await this.driver.manage().setTimeouts({ script: PATIENCE, pageLoad: PATIENCE });
  }

  ownEnv() {
    return {
      GENGLOSSARY_HOME: this.home,
      XDG_DATA_HOME: join(this.home, 'xdg-data'),
      XDG_CONFIG_HOME: join(this.home, 'xdg-config'),
      XDG_CACHE_HOME: join(this.home, 'xdg-cache'),
      ...this.env,
    };
  }

  /** What the app and the driver wrote to their terminal. */
  output() {
    return Buffer.concat(this.log).toString();
  }

  /** Closes the window as a person would, and waits until the process is gone. */
  async close() {
    if (!this.driver) return;
    const pid = this.pid();
    const driver = this.driver;
    this.driver = undefined;
    await driver.quit().catch(() => {});
    await this.gone(pid);
  }

  /** Asks the window to close, as the button in its frame does. What follows is up to the app. */
  requestClose() {
    this.closing = this.pid();
    return closeWindows(this.closing);
  }

  /** Number of visible windows. */
  windows() {
    return countWindows(this.pid());
  }

  /** Starts the app once more on the same data, as a click on a link or on its icon does, until that start ends. */
  startAgain(...args) {
    return new Promise((done, failed) => {
      const again = spawn(this.program, args, { env: { ...process.env, ...this.ownEnv() }, stdio: 'ignore' });
      const late = setTimeout(() => {
        again.kill('SIGKILL');
        failed(new Error('the second start did not end'));
      }, PATIENCE);
      again.once('exit', (code) => {
        clearTimeout(late);
        done(code);
      });
    });
  }

  /** Presses keys together, the last one after the others: press(Key.CONTROL, 'k'). */
  async press(...keys) {
    const held = keys.slice(0, -1);
    const actions = this.driver.actions();
    for (const key of held) actions.keyDown(key);
    actions.sendKeys(keys.at(-1));
    for (const key of held.reverse()) actions.keyUp(key);
    await actions.perform();
  }

  /** Types where the focus is. */
  async keys(text) {
    await this.driver.actions().sendKeys(text).perform();
  }

  /** Test id of what has the focus. */
  focused() {
    return this.run(() => document.activeElement?.closest('[data-testid]')?.dataset.testid ?? null);
  }

  /** Waits until the app has ended by itself. */
  async ended({ timeout = PATIENCE } = {}) {
    // It may have gone already when somebody asks.
    const pid = this.closing ?? this.pid();
    this.closing = undefined;
    await until(() => zombie(pid), { what: 'the app to end by itself', timeout });
    this.driver = undefined;
    await this.gone(pid);
  }

  /** Ends the process without any warning, as a power cut would. */
  async kill() {
    const pid = this.pid();
    process.kill(pid, 'SIGKILL');
    this.driver = undefined;
    await this.gone(pid);
  }

  /** Sends the process these signals, one right after the other, and waits until it has ended. */
  async end(...signals) {
    const pid = this.pid();
    for (const signal of signals) process.kill(pid, signal);
    this.driver = undefined;
    await this.gone(pid);
  }

  /** The driver is the parent of the app, so only when both have ended nothing is left of it. */
  async gone(pid) {
    await until(() => zombie(pid), { what: 'the app to end', timeout: 10_000 }).catch(() => process.kill(pid, 'SIGKILL'));
    this.server.kill('SIGKILL');
    await until(() => !existsSync(`/proc/${pid}`), { what: 'the app to be gone', timeout: 5_000 });
  }

  /** Closes the app and starts it again on the same data. */
  async restart({ args = this.args } = {}) {
    await this.close();
    this.args = args;
    await this.start();
  }

  /** Process id of the app: the driver's child. */
  pid() {
    const listed = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(this.server.pid)], { encoding: 'utf8' });
    const line = listed.split('\n').find((row) => row.includes(basename(this.program)));
    if (!line) throw new Error(`The app is not running.\n${this.output()}`);
    return Number(line.trim().split(/\s+/)[0]);
  }

  /** Elements with that test id; hidden ones too. */
  all(id) {
    return this.driver.findElements(By.css(`[data-testid="${id}"]`));
  }

  /** The element with that test id, as soon as it is shown. */
  async byTestId(id, { timeout = PATIENCE } = {}) {
    return this.waitFor(
      async () => {
        for (const element of await this.all(id)) if (await element.isDisplayed()) return element;
        return null;
      },
      { what: `[data-testid="${id}"]`, timeout },
    );
  }

  async click(id, options) {
    await this.waitFor(
      async () => {
        const element = await this.byTestId(id, options);
        if (!(await element.isEnabled())) return false;
        await element.click();
        return true;
      },
      { what: `${id} to be clicked`, timeout: options?.timeout ?? PATIENCE },
    );
  }

  async type(id, text) {
    const element = await this.byTestId(id);
    await element.clear();
    await element.sendKeys(text);
  }

  async text(id) {
    return (await (await this.byTestId(id)).getText()).trim();
  }

  async shown(id) {
    for (const element of await this.all(id)) if (await element.isDisplayed().catch(() => false)) return true;
    return false;
  }

  attribute(id, name) {
    return this.run((id, name) => document.querySelector(`[data-testid="${id}"]`)?.getAttribute(name) ?? null, id, name);
  }

  /** Everything a person can read on the page. */
  pageText() {
    return this.run(() => document.body.innerText);
  }

  /** Runs a function inside the page. */
  run(body, ...args) {
    return this.driver.executeScript(body, ...args);
  }

  /** Waits until one of the elements with that test id says so: notices stand below each other, the oldest first. */
  async waitForText(id, pattern, { timeout = PATIENCE } = {}) {
    let last = [];
    return this.waitFor(
      async () => {
        last = [];
        for (const element of await this.all(id)) if (await element.isDisplayed()) last.push(await element.getText());
        return last.find((said) => pattern.test(said)) ?? null;
      },
      { what: () => `${id} to match ${pattern}, it says ${JSON.stringify(last)}`, timeout },
    );
  }

  /** Asks again until the answer is true. An element that was replaced meanwhile counts as "not yet". */
  async waitFor(question, { what = 'a condition', timeout = PATIENCE } = {}) {
    try {
      return await until(question, { what, timeout });
    } catch (error) {
      await this.screenshot(`failed-${Date.now()}`).catch(() => {});
      throw new Error(`${error.message}\n--- page\n${await this.pageText().catch(() => '?')}\n--- terminal\n${this.output().slice(-4000)}`, {
        cause: error,
      });
    }
  }

  /** A picture of the page in target/e2e. */
  async screenshot(name, folder = artefacts) {
    // Without a display refresh the driver waits for the next frame for ever, so one pixel moves.
    await this.run(() => {
      const dot = document.createElement('i');
      dot.id = 'e2e-frame';
      Object.assign(dot.style, { position: 'fixed', right: '0', bottom: '0', width: '1px', height: '1px', opacity: '0.01', background: '#888' });
      document.body.append(dot);
      dot.animate([{ transform: 'none' }, { transform: 'translateX(-1px)' }], { duration: 200, iterations: Infinity });
    });
    try {
      const picture = await this.driver.takeScreenshot();
      mkdirSync(folder, { recursive: true });
      const path = join(folder, `${name}.png`);
      writeFileSync(path, picture, 'base64');
      return path;
    } finally {
      await this.run(() => document.getElementById('e2e-frame')?.remove());
    }
  }
}

/** Asks every 100 ms until the answer is true. */
export async function until(question, { what = 'a condition', timeout = PATIENCE } = {}) {
  const end = Date.now() + timeout;
  let reason = '';
  for (;;) {
    try {
      const answer = await question();
      if (answer) return answer;
      reason = '';
    } catch (error) {
      if (error.code === 'ECONNREFUSED' || error.name === 'NoSuchSessionError') throw error;
      reason = ` (${error.message.split('\n')[0]})`;
    }
    if (Date.now() > end) throw new Error(`Waited ${timeout / 1000} s for ${typeof what === 'function' ? what() : what}${reason}`);
    await pause(100);
  }
}

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Names of the files below a folder, for questions about what the app left on the disk. */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function zombie(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1][0] === 'Z';
  } catch {
    return true;
  }
}

function freePort() {
  return new Promise((found, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

async function listening(port) {
  await until(async () => (await fetch(`http://127.0.0.1:${port}/status`)).ok, { what: 'WebKitWebDriver', timeout: 10_000 });
}
