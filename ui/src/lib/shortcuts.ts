// Keyboard shortcuts as text: "Mod+Shift+K". Mod is Ctrl, and Cmd on a Mac. The text is what is stored, what
// a key press is compared with, and what the interface shows in the platform's way.
const MODIFIERS = ['Mod', 'Alt', 'Shift'] as const;

export type KeyPress = Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'
>;

export function isMac(platform: string = navigator.platform): boolean {
  return /mac|iphone|ipad/i.test(platform);
}

/** The shortcut of a key press; nothing while only modifiers are down. */
export function shortcutOf(event: KeyPress, mac = isMac()): string | null {
  const key = keyOf(event);
  if (key === null) return null;
  // On a Mac Ctrl belongs to the system and to text fields; elsewhere the Windows key does.
  if (mac ? event.ctrlKey : event.metaKey) return null;
  const parts = [
    (mac ? event.metaKey : event.ctrlKey) && 'Mod',
    event.altKey && 'Alt',
    // A sign that is typed with Shift ("?") has said so already.
    event.shiftKey && (key.length > 1 || /[A-Z0-9]/.test(key)) && 'Shift',
    key,
  ];
  return parts.filter(Boolean).join('+');
}

function keyOf(event: KeyPress): string | null {
  const { key, code } = event;
  if (
    ['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'Dead', 'Process', 'Unidentified'].includes(key)
  )
    return null;
  if (key === ' ') return 'Space';
  if (key === '+') return 'Plus';
  if (key.length > 1) return key;
  // Digits by place: with Shift or Alt the key names another sign. Letters by what they type, so that a
  // shortcut follows the layout, except where the layout types no Latin letter (かな).
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  if (digit && (event.altKey || event.ctrlKey || event.metaKey)) return digit;
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter && !/^[\x21-\x7e]$/.test(key)) return letter;
  return key.toUpperCase();
}

/** A stored shortcut in its one spelling, or nothing when it is none. */
export function normal(text: string): string | null {
  const parts = text.split('+').map((part) => part.trim());
  const key = parts.pop();
  if (!key || parts.some((part) => !MODIFIERS.some((name) => name === part))) return null;
  return [...MODIFIERS.filter((name) => parts.includes(name)), key].join('+');
}

/** A shortcut that types text would be taken by every text field. */
export function typesText(shortcut: string): boolean {
  const parts = shortcut.split('+');
  const key = parts.at(-1) ?? '';
  return (
    (key.length === 1 || key === 'Space' || key === 'Plus') &&
    !parts.includes('Mod') &&
    !parts.includes('Alt')
  );
}

const MAC_SIGNS: Record<string, string> = { Mod: '⌘', Alt: '⌥', Shift: '⇧' };
const SIGNS: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Plus: '+',
  PageUp: 'Page Up',
  PageDown: 'Page Down',
};

/** As it is shown: "Ctrl Shift K", or "⇧⌘K" on a Mac. */
export function shown(shortcut: string, mac = isMac()): string {
  const parts = shortcut.split('+').map((part) => SIGNS[part] ?? part);
  if (!mac) return parts.map((part) => (part === 'Mod' ? 'Ctrl' : part)).join(' ');
  return parts.map((part) => MAC_SIGNS[part] ?? part).join('');
}
