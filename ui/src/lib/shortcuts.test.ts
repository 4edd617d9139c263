import { describe, expect, it } from 'vitest';
import { normal, shortcutOf, shown, typesText, type KeyPress } from './shortcuts';

function press(key: string, more: Partial<KeyPress> = {}): KeyPress {
  return { key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more };
}

describe('a key press as a shortcut', () => {
  it('is spelled one way, whatever the order of the keys', () => {
    expect(shortcutOf(press('K', { ctrlKey: true, shiftKey: true }), false)).toBe('Mod+Shift+K');
    expect(shortcutOf(press('k', { ctrlKey: true }), false)).toBe('Mod+K');
    expect(shortcutOf(press('F5', { shiftKey: true }), false)).toBe('Shift+F5');
    expect(normal('Shift + Mod+K')).toBe('Mod+Shift+K');
    expect(normal('Hyper+K')).toBeNull();
  });

  it('takes Cmd on a Mac and Ctrl elsewhere, and leaves the other one alone', () => {
    expect(shortcutOf(press('k', { metaKey: true }), true)).toBe('Mod+K');
    expect(shortcutOf(press('k', { ctrlKey: true }), true)).toBeNull();
    expect(shortcutOf(press('k', { metaKey: true }), false)).toBeNull();
  });

  it('is nothing while only modifiers are down or a conversion is open', () => {
    expect(shortcutOf(press('Control', { ctrlKey: true }), false)).toBeNull();
    expect(shortcutOf(press('Process'), false)).toBeNull();
  });

  it('follows the place of a digit, and the sign of anything else', () => {
    expect(shortcutOf(press('!', { code: 'Digit1', ctrlKey: true, shiftKey: true }), false)).toBe(
      'Mod+Shift+1',
    );
    expect(shortcutOf(press('?', { code: 'Slash', shiftKey: true }), false)).toBe('?');
    expect(shortcutOf(press('の', { code: 'KeyK', ctrlKey: true }), false)).toBe('Mod+K');
  });
});

it('knows what a text field would take', () => {
  expect(typesText('?')).toBe(true);
  expect(typesText('Shift+K')).toBe(true);
  expect(typesText('Mod+K')).toBe(false);
  expect(typesText('F5')).toBe(false);
});

it('is shown in the way of the platform', () => {
  expect(shown('Mod+Shift+K', false)).toBe('Ctrl Shift K');
  expect(shown('Mod+Shift+K', true)).toBe('⌘⇧K');
  expect(shown('ArrowUp', false)).toBe('↑');
});
