// @vitest-environment happy-dom
// The one tooltip: it waits, says what the element says, describes it, and goes away again.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { forget, press, settled, twin } from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(attributes: string) {
  const parts = await twin('?data=few&lang=en&state=done');
  document.body.innerHTML = `<div id="list"><button ${attributes}>x</button></div>`;
  const { default: Tooltip } = await import('./Tooltip.svelte');
  const view = parts.mount(Tooltip, { target: document.body });
  close = () => parts.unmount(view);
  await settled();
  const button = document.querySelector('button');
  if (!button) throw new Error('there is a button');
  return button;
}

const tip = () => document.querySelector('[role="tooltip"]')?.textContent?.trim();
const enter = (at: Element) => at.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  document.body.innerHTML = '';
  forget();
});

it('comes after a while, with the keys, and describes its element', async () => {
  const button = await open('data-tip="Opens the log" data-keys="L"');
  enter(button);
  await vi.advanceTimersByTimeAsync(300);
  expect(tip()).toBeUndefined();
  await settled();
  expect(tip()).toBe('Opens the logL');
  const id = button.getAttribute('aria-describedby');
  expect(document.querySelector('[role="tooltip"]')?.id).toBe(id);
  enter(document.body);
  await settled();
  expect(tip()).toBeUndefined();
  expect(button.hasAttribute('aria-describedby')).toBe(false);
});

it('a key, a press and a scroll of what holds the element end it', async () => {
  const button = await open('data-tip="Copy" aria-label="Copy"');
  const ends = [
    () => press(button, 'a'),
    () => button.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true })),
    () => document.querySelector('#list')?.dispatchEvent(new Event('scroll')),
  ];
  for (const end of ends) {
    enter(button);
    await settled();
    expect(tip()).toBe('Copy');
    expect(button.hasAttribute('aria-describedby'), 'its name says it already').toBe(false);
    await end();
    await settled();
    expect(tip()).toBeUndefined();
  }
});
