# SPDX-License-Identifier: LGPL-2.1-or-later
"""crowding.py URI PARENT N: N clients' threads define an mdev each on PARENT, on which a change
hangs. Prints what those were told that were refused, once each, and how many they were, when no
more answers are owed than REST allows."""

import sys
import threading
import uuid

import libvirt

# As many as wait for a subchannel at most.
REST = 100
# Calls under way of one connection at most, beyond which it is not read.
EACH = 25

XML = """<device><parent>{}</parent><capability type='mdev'><type id='vfio_ccw-io'/>
<uuid>{}</uuid></capability></device>"""


def define(connection, parent, told, refused):
    try:
        connection.nodeDeviceDefineXML(XML.format(parent, uuid.uuid4()), 0)
    except libvirt.libvirtError as error:
        told.add(error.get_error_message())
        refused.release()


def main():
    uri, parent, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
    told = set()
    refused = threading.Semaphore(0)
    libvirt.registerErrorHandler(lambda *_: None, None)
    for start in range(0, n, EACH):
        connection = libvirt.open(uri)
        for _ in range(start, min(start + EACH, n)):
            threading.Thread(target=define, args=(connection, parent, told, refused), daemon=True).start()
    for _ in range(n - REST):
        refused.acquire()
    print(*sorted(told), sep="\n", flush=True)


main()
