# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks for clients in Python: lines that lib.sh counts."""

import time

# Seconds until something that must come is given up.
PATIENCE = 60


def report(passed, name, why=""):
    print(("ok " if passed else "not ok ") + name, flush=True)
    if not passed:
        for line in str(why).splitlines():
            print("# " + line, flush=True)


def is_(got, wanted, name):
    report(got == wanted, name, f"got:    {got!r}\nwanted: {wanted!r}")


def fails(code, name, function, *arguments):
    """FUNCTION fails with libvirt's error CODE."""
    import libvirt

    try:
        got = function(*arguments)
    except libvirt.libvirtError as error:
        is_(error.get_error_code(), code, name)
    else:
        report(False, name, f"returned {got!r}")


def eventually(condition, name):
    """CONDITION, a function, becomes true."""
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    report(condition(), name, "it did not become so")
