# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a person sees of a GTK program and does with it, by its accessibility interface (AT-SPI).

Nothing is shown at once: whatever is looked for is waited for.
"""

import time

import gi

gi.require_version("Atspi", "2.0")
gi.require_version("Gdk", "3.0")
from gi.repository import Atspi, Gdk, GLib  # noqa: E402

# Seconds until something that must appear is given up: its program may wait for an emulated machine.
PATIENCE = 180

WINDOWS = ("frame", "dialog", "alert")


class NotSeen(Exception):
    """What must appear did not."""


def wait_until(condition, what):
    """What CONDITION returns once that is true.

    What it looks at may go while it does so; then it looks again.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            found = condition()
        except GLib.Error:
            found = None
        if found:
            return found
        time.sleep(0.2)
    raise NotSeen(f"waited for {PATIENCE} s until {what}")


def _children(node):
    return [node.get_child_at_index(index) for index in range(node.get_child_count())]


def _has(node, state):
    return node.get_state_set().contains(state)


def _walk(node):
    if node is None:
        return
    yield node
    for child in _children(node):
        yield from _walk(child)


def look(root, role, name=""):
    """The visible nodes below ROOT with this ROLE whose names begin with NAME, as of now."""
    return [node for node in _walk(root)
            if node.get_role_name() == role and node.get_name().startswith(name)
            and _has(node, Atspi.StateType.SHOWING)]


def find(root, role, name=""):
    """The first of them, once there is one."""
    return wait_until(lambda: look(root, role, name), f"there is a {role} {name!r}")[0]


def names(root, role):
    """What is written on all visible nodes of that role."""
    def read():
        return ([node.get_name() for node in look(root, role)],)
    return [name for name in wait_until(read, "names can be read")[0] if name]


def application(name):
    """The running program NAME; everything of it is read anew with each look."""
    desktop = Atspi.get_desktop(0)

    def running():
        return next((program for program in _children(desktop)
                     if program is not None and program.get_name() == name), None)
    program = wait_until(running, f"{name} runs")
    return program


def window(program, title):
    """The window of PROGRAM whose title begins with TITLE."""
    def shown():
        return [found for role in WINDOWS for found in look(program, role, title)]
    return wait_until(shown, f"there is a window {title!r}")[0]


def is_sensitive(node):
    """Whether a person can use it."""
    return _has(node, Atspi.StateType.SENSITIVE)


def click(node):
    """Presses a button by the mouse, once it can be pressed.

    Not by its accessible action: while that opens a dialog, the program answers nothing else.
    """
    wait_until(lambda: is_sensitive(node), f"{node.get_name()!r} can be pressed")
    place = node.get_extents(Atspi.CoordType.SCREEN)
    Atspi.generate_mouse_event(place.x + place.width // 2, place.y + place.height // 2, "b1c")


def select(table, text):
    """Selects the row of TABLE with a cell that begins with TEXT, and returns the cell."""
    def selected():
        cell = item = find(table, "table cell", text)
        while item.get_parent() != table:
            item = item.get_parent()
        table.add_row_selection(table.get_row_at_index(item.get_index_in_parent()))
        return cell
    return wait_until(selected, f"{text!r} can be selected")


def picture(shown, path):
    """What is on the screen where the window SHOWN is, as PNG."""
    # The window is drawn when its program has nothing else to do.
    time.sleep(1)
    place = shown.get_extents(Atspi.CoordType.SCREEN)
    pixels = Gdk.pixbuf_get_from_window(
        Gdk.get_default_root_window(), place.x, place.y, place.width, place.height)
    pixels.savev(path, "png", ["compression"], ["9"])
