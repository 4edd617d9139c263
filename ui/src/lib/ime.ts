// While a Japanese conversion is open, Enter confirms the conversion and nothing else. WebKit reports the
// closing Enter with keyCode 229 after the composition ended, so both signs are needed.
export function isComposing(event: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
  return event.isComposing || event.keyCode === 229;
}

export function isEnter(event: Pick<KeyboardEvent, 'key' | 'isComposing' | 'keyCode'>): boolean {
  return event.key === 'Enter' && !isComposing(event);
}
