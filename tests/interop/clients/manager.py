# SPDX-License-Identifier: LGPL-2.1-or-later
"""manager.py URI MDEV: virt-manager's own classes read our devices, and make a guest's of MDEV."""

import sys

sys.path.insert(0, "/usr/share/virt-manager")

import libvirt
import virtinst

from checks import is_, report


def read_all(connection, uri):
    """virtinst's objects of all devices at URI."""
    devices = [virtinst.NodeDevice(connection, device.XMLDesc(0))
               for device in libvirt.openReadOnly(uri).listAllDevices(0)]
    return {device.name: device for device in devices}


def main():
    uri, mdev = sys.argv[1:]
    parent = "css" + mdev[-len("_0_0_0313"):]
    # Libvirt's built-in fake hypervisor: virtinst wants to know what guests there can be.
    connection = virtinst.VirtinstConnection("test:///default")
    connection.open(None, None)
    devices = read_all(connection, uri)
    kinds = {device.device_type for device in devices.values()}
    is_(kinds, {"system", "css", "ccw", "mdev"}, "every kind of device is read")
    is_(devices[mdev].parent, parent, "the mdev's parent")
    is_(devices[mdev].type_id, "vfio_ccw-io", "its type")
    connection.cb_fetch_all_nodedevs = lambda: list(devices.values())
    hostdev = virtinst.DeviceHostdev(connection)
    hostdev.set_from_nodedev(devices[mdev])
    is_((hostdev.type, hostdev.model, hostdev.uuid),
        ("mdev", "vfio-ccw", mdev[5:41].replace("_", "-")), "what a guest is given")
    print("done", flush=True)


main()
