# SPDX-License-Identifier: LGPL-2.1-or-later
"""api.py URI PID: all of libvirt-python's node-device API against the daemon PID at URI, which it ends."""

import os
import signal
import sys
import threading

import libvirt

from checks import eventually, fails, is_, report

UUID = "d3b07384-d9a0-4c9b-8f3e-5a1c0de0c0de"
PARENT = "css_0_0_0313"
NAME = "mdev_" + UUID.replace("-", "_") + "_0_0_0313"
XML = f"""<device>
  <parent>{PARENT}</parent>
  <capability type='mdev'><type id='vfio_ccw-io'/><uuid>{UUID}</uuid></capability>
</device>"""

# What only newer headers name.
LIST_PERSISTENT = 1 << 28
LIST_TRANSIENT = 1 << 29


def run_events():
    while True:
        libvirt.virEventRunDefaultImpl()


class Listener:
    """What a connection is told of, in order."""

    def __init__(self, connection, device=None):
        self.connection = connection
        self.lifecycle = []
        self.updates = []
        self.ids = [
            connection.nodeDeviceEventRegisterAny(
                device, libvirt.VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, self.on_lifecycle, None),
            connection.nodeDeviceEventRegisterAny(
                device, libvirt.VIR_NODE_DEVICE_EVENT_ID_UPDATE, self.on_update, None),
        ]

    def on_lifecycle(self, connection, device, event, detail, opaque):
        self.lifecycle.append((device.name(), event))

    def on_update(self, connection, device, opaque):
        self.updates.append(device.name())

    def of(self, name):
        return [event for device, event in self.lifecycle if device == name]

    def stop(self):
        for callback in self.ids:
            self.connection.nodeDeviceEventDeregisterAny(callback)


def check_connection(connection, uri):
    is_(connection.getType(), "nodedev", "its type")
    is_(connection.getURI(), uri, "its URI")
    is_(connection.isAlive(), 1, "it is alive")
    is_(connection.isSecure(), 1, "and secure")
    is_(connection.isEncrypted(), 0, "but not encrypted")
    is_(connection.getLibVersion(), 11003000, "the API it has")
    is_(connection.getHostname(), os.uname().nodename, "the host")
    for refused in (connection.getCapabilities, connection.listDomainsID, connection.getInfo,
                    connection.listAllDomains, connection.listAllNetworks, connection.getSysinfo):
        fails(libvirt.VIR_ERR_NO_SUPPORT, "no " + refused.__name__, refused)


def check_lists(connection):
    names = sorted(device.name() for device in connection.listAllDevices(0))
    is_(sorted(connection.listDevices(None, 0)), names, "both lists are the same")
    is_(connection.numOfDevices(None, 0), len(names), "and as long as they are said to be")
    css = connection.listAllDevices(libvirt.VIR_CONNECT_LIST_NODE_DEVICES_CAP_CSS_DEV)
    is_(sorted(connection.listDevices("css", 0)), sorted(device.name() for device in css),
        "of one kind, too")
    is_(connection.numOfDevices("css", 0), len(css), "and their number")
    is_([device.name() for device in connection.listAllDevices(LIST_PERSISTENT)], ["computer"],
        "the machine alone is persistent")
    is_(len(connection.listAllDevices(LIST_TRANSIENT)), len(names) - 1, "all else is transient")
    fails(libvirt.VIR_ERR_INVALID_ARG, "a filter that there is not",
          connection.listAllDevices, 1 << 27)


def check_device(connection):
    device = connection.nodeDeviceLookupByName(PARENT)
    is_(device.name(), PARENT, "a device by its name")
    is_(device.parent(), "computer", "its parent")
    is_(device.listCaps(), ["css"], "its capabilities")
    is_(device.numOfCaps(), 1, "and their number")
    is_((device.isActive(), device.isPersistent(), device.autostart()), (1, 0, 0),
        "it is active, and not persistent")
    report(f"<name>{PARENT}</name>" in device.XMLDesc(0), "its XML")
    is_(connection.nodeDeviceLookupByName("computer").parent(), None, "the machine has no parent")
    fails(libvirt.VIR_ERR_NO_NODE_DEVICE, "a device that does not exist",
          connection.nodeDeviceLookupByName, "css_0_0_ffff")
    fails(libvirt.VIR_ERR_NO_NODE_DEVICE, "a SCSI host that does not exist",
          connection.nodeDeviceLookupSCSIHostByWWN, "5001a4aaf3ca174b", "5001a4a77192b864", 0)
    for refused in (device.dettach, device.reAttach, device.reset):
        fails(libvirt.VIR_ERR_NO_SUPPORT, "no " + refused.__name__, refused)
    for change in (device.destroy, device.undefine, device.create):
        report(refuses(change), f"it is no mdev: no {change.__name__}")


def refuses(change):
    try:
        change()
    except libvirt.libvirtError as error:
        return error.get_error_code() in (libvirt.VIR_ERR_CONFIG_UNSUPPORTED,
                                          libvirt.VIR_ERR_OPERATION_INVALID)
    return False


def check_persistent(connection, listener):
    device = connection.nodeDeviceDefineXML(XML, 0)
    is_(device.name(), NAME, "defined")
    is_((device.isActive(), device.isPersistent(), device.autostart()), (0, 1, 0), "not started")
    device.setAutostart(1)
    is_(device.autostart(), 1, "told to start by itself")
    device.create(0)
    is_(device.isActive(), 1, "started")
    fails(libvirt.VIR_ERR_OPERATION_INVALID, "but not twice", device.create, 0)
    device.destroy()
    is_(device.isActive(), 0, "destroyed")
    fails(libvirt.VIR_ERR_OPERATION_INVALID, "but not twice", device.destroy)
    device.undefine(0)
    fails(libvirt.VIR_ERR_NO_NODE_DEVICE, "undefined", device.isPersistent)
    eventually(lambda: libvirt.VIR_NODE_DEVICE_EVENT_UNDEFINED in listener.of(NAME), "heard of")
    is_(listener.of(NAME),
        [libvirt.VIR_NODE_DEVICE_EVENT_DEFINED, libvirt.VIR_NODE_DEVICE_EVENT_CREATED,
         libvirt.VIR_NODE_DEVICE_EVENT_DELETED, libvirt.VIR_NODE_DEVICE_EVENT_UNDEFINED],
        "its whole life, in order")
    report(NAME in listener.updates, "and that it was changed")


def check_transient(connection, listener):
    del listener.lifecycle[:]
    device = connection.nodeDeviceCreateXML(XML, 0)
    is_((device.name(), device.isActive(), device.isPersistent()), (NAME, 1, 0), "created")
    is_(device.listCaps(), ["mdev"], "its capability")
    is_(device.parent(), PARENT, "its parent")
    fails(libvirt.VIR_ERR_OPERATION_INVALID, "it cannot start by itself", device.setAutostart, 1)
    device.destroy()
    eventually(lambda: libvirt.VIR_NODE_DEVICE_EVENT_DELETED in listener.of(NAME), "destroyed")
    fails(libvirt.VIR_ERR_NO_NODE_DEVICE, "and forgotten", connection.nodeDeviceLookupByName, NAME)


def check_events(connection):
    everything = Listener(connection)
    parent = Listener(connection, connection.nodeDeviceLookupByName(PARENT))
    check_persistent(connection, everything)
    check_transient(connection, everything)
    is_(set(parent.updates), {PARENT}, "who listens to one device hears of that")
    is_(parent.lifecycle, [], "and of nothing else")
    everything.stop()
    parent.stop()
    heard = len(everything.lifecycle)
    connection.nodeDeviceCreateXML(XML, 0).destroy()
    is_(len(everything.lifecycle), heard, "who does not listen does not hear")
    fails(libvirt.VIR_ERR_INVALID_ARG, "nobody stops listening twice",
          connection.nodeDeviceEventDeregisterAny, everything.ids[0])


def check_readonly(uri):
    connection = libvirt.openReadOnly(uri)
    fails(libvirt.VIR_ERR_OPERATION_DENIED, "read-only, nothing is created",
          connection.nodeDeviceCreateXML, XML, 0)
    report(connection.listAllDevices(0) != [], "but all are seen")
    connection.close()


def check_end(uri, pid):
    """A connection is told how it ends: by silence, and by the end of the daemon."""
    reasons = {}

    def watch(name):
        connection = libvirt.open(uri)
        connection.registerCloseCallback(
            lambda connection, reason, opaque: reasons.setdefault(name, reason), None)
        return connection

    silent = watch("silent")
    patient = watch("patient")
    is_(silent.setKeepAlive(1, 2), 0, "the daemon is asked whether it lives")
    eventually(lambda: silent.isAlive() == 1, "it says so")
    os.kill(pid, signal.SIGSTOP)
    eventually(lambda: "silent" in reasons, "when it does not answer, the connection ends")
    os.kill(pid, signal.SIGCONT)
    is_(reasons.get("silent"), libvirt.VIR_CONNECT_CLOSE_REASON_KEEPALIVE, "because of that")
    is_(patient.isAlive(), 1, "others go on")
    report(patient.listAllDevices(0) != [], "and are answered")
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: "patient" in reasons, "when the daemon ends, that is told")
    is_(reasons.get("patient"), libvirt.VIR_CONNECT_CLOSE_REASON_EOF, "as such")
    is_(patient.isAlive(), 0, "the connection is dead")


def main():
    uri, pid = sys.argv[1], int(sys.argv[2])
    libvirt.registerErrorHandler(lambda opaque, error: None, None)
    libvirt.virEventRegisterDefaultImpl()
    threading.Thread(target=run_events, daemon=True).start()
    connection = libvirt.open(uri)
    check_connection(connection, uri)
    check_lists(connection)
    check_device(connection)
    check_events(connection)
    check_readonly(uri)
    is_(connection.close(), 0, "nothing is left of the connection")
    check_end(uri, pid)
    print("done", flush=True)


main()
