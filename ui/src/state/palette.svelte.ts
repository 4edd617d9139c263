// The two panels that any view can be covered with: the palette and the list of shortcuts.
let shown = $state<'palette' | 'shortcuts' | null>(null);

export const panel = {
  get shown() {
    return shown;
  },
  show(name: 'palette' | 'shortcuts') {
    shown = name;
  },
  close() {
    shown = null;
  },
};
