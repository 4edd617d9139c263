"""A small window that files are dragged from: python3 drag_source.py X Y PATH... Says "ready" when it is there."""

import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

x, y = int(sys.argv[1]), int(sys.argv[2])
files = [pathlib.Path(path).resolve().as_uri() for path in sys.argv[3:]]

window = Gtk.Window(default_width=120, default_height=80)
handle = Gtk.EventBox()
handle.add(Gtk.Label(label="files"))
handle.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
handle.drag_source_add_uri_targets()
handle.connect("drag-data-get", lambda _widget, _context, data, _info, _time: data.set_uris(files))
window.add(handle)
window.show_all()
window.move(x, y)
GLib.timeout_add(500, lambda: print("ready", flush=True))
Gtk.main()
