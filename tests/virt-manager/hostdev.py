# SPDX-License-Identifier: LGPL-2.1-or-later
"""A person gives a mediated device to a domain, and takes it back, with virt-manager; virsh looks at
what came of that. What is checked is printed as lines that `adopt` of tests/tap.sh counts; the last
line is "done".
"""

import argparse
import os
import subprocess
import sys
import xml.etree.ElementTree

import desktop
from checks import is_, report

KIND = "MDEV Host Device"


class Host:
    """The other side, as virsh sees it."""

    def __init__(self, uri, domain):
        self.uri = uri
        self.domain = domain

    def virsh(self, *words):
        """What virsh prints."""
        return subprocess.run(["virsh", "-q", "-c", self.uri, *words], check=True,
                              stdout=subprocess.PIPE, text=True).stdout

    def domain_xml(self):
        """Of the domain's next start."""
        return self.virsh("dumpxml", "--inactive", self.domain)

    def has_run(self):
        """The domain is off, and was not before."""
        state = self.virsh("domstate", "--reason", self.domain)
        return state.startswith("shut off") and "unknown" not in state

    def hostdevs(self):
        """What host devices that has: mode, type, model, UUID and kind of address of each."""
        devices = xml.etree.ElementTree.fromstring(self.domain_xml()).iter("hostdev")
        return [(device.get("mode"), device.get("type"), device.get("model"),
                 device.find("source/address").get("uuid"), device.find("address").get("type"))
                for device in devices]


class Details:
    """virt-manager's window with the hardware of a domain."""

    def __init__(self, program, domain):
        self.program = program
        self.window = desktop.window(program, f"{domain} on ")
        self.hardware = desktop.find(self.window, "table", "hw-list")

    def rows(self):
        """The devices in its list."""
        return desktop.names(self.hardware, "table cell")

    def mdevs(self):
        """Those of them that are mediated."""
        return [row for row in self.rows() if row.startswith("MDEV")]

    def open_adding(self):
        """The window in which mediated devices of the host are listed, to be added."""
        desktop.click(desktop.find(self.window, "push button", "add-hardware"))
        adding = desktop.window(self.program, "Add New Virtual Hardware")
        desktop.select(desktop.find(adding, "table"), KIND)
        return adding


def uuid_of(mdev):
    """mdev_7e270a25_e163_..._0_0_0003 has its UUID in its name."""
    return "-".join(mdev.split("_")[1:6])


def is_gone(shown):
    """A window after it was closed."""
    def gone():
        try:
            return not desktop.look(shown, shown.get_role_name())
        except desktop.GLib.Error:
            return True
    return gone


def answer(program, question, button):
    """Answers what virt-manager asks, if it asks QUESTION."""
    alert = desktop.window(program, "vmm dialog")
    asked = " ".join(desktop.names(alert, "label"))
    report(question in asked, f"it asks: {question}", asked)
    desktop.click(desktop.find(alert, "push button", button))
    desktop.wait_until(is_gone(alert), "the question is gone")


def check_offer(adding, mdev, idle):
    """What can be added, and what cannot."""
    panel = desktop.find(adding, "panel", "host-tab")
    offered = desktop.find(panel, "table")
    finish = desktop.find(adding, "push button", "Finish")
    desktop.find(offered, "table cell", mdev)
    is_(sorted(desktop.names(offered, "table cell")), sorted([mdev, idle]),
        f"{KIND} lists both devices by their names")
    desktop.select(offered, idle)
    desktop.wait_until(lambda: not desktop.is_sensitive(finish), "it cannot be added")
    report(True, "one that does not run cannot be added")
    desktop.select(offered, mdev)
    desktop.wait_until(lambda: desktop.is_sensitive(finish), "it can be added")
    report(True, "the one that runs can be")
    return finish


def add(host, details, mdev, idle, keep_picture):
    """The device becomes one of the domain's."""
    adding = details.open_adding()
    finish = check_offer(adding, mdev, idle)
    keep_picture(adding, "add")
    desktop.click(finish)
    desktop.wait_until(is_gone(adding), "the window is closed")
    desktop.wait_until(details.mdevs, "the device is in the list")
    is_(details.mdevs(), [f"MDEV {uuid_of(mdev)}"], "the domain's hardware lists it")
    is_(host.hostdevs(), [("subsystem", "mdev", "vfio-ccw", uuid_of(mdev), "ccw")],
        "virsh: the domain has it, at an address of the channel subsystem")


def show(details, mdev, keep_picture):
    """The page that tells about the device."""
    desktop.select(details.hardware, "MDEV")
    desktop.find(details.window, "label", "Physical MDEV Device")
    desktop.find(details.window, "label", mdev)
    report(True, "its page tells the host's name for it")
    keep_picture(details.window, "details")


def add_again(host, details, mdev):
    """Nobody gives a device away twice by mistake."""
    before = host.domain_xml()
    adding = details.open_adding()
    offered = desktop.find(desktop.find(adding, "panel", "host-tab"), "table")
    desktop.select(offered, mdev)
    desktop.click(desktop.find(adding, "push button", "Finish"))
    answer(details.program, "already in use by other guests", "No")
    desktop.click(desktop.find(adding, "push button", "Cancel"))
    desktop.wait_until(is_gone(adding), "the window is closed")
    is_(host.domain_xml(), before, "virsh: and has it once")


def run(host, details):
    """The domain can be started with the device."""
    desktop.click(desktop.find(details.window, "push button", "Run"))
    desktop.wait_until(host.has_run, "the domain has run")
    report(True, "virsh: the domain has run with it")
    desktop.find(details.window, "push button", "Run")


def remove(host, details, before):
    """The domain is again as it was."""
    desktop.select(details.hardware, "MDEV")
    desktop.find(details.window, "label", "Physical MDEV Device")
    desktop.click(desktop.find(details.window, "push button", "config-remove"))
    answer(details.program, "Are you sure you want to remove this device?", "Yes")
    desktop.wait_until(lambda: not details.mdevs(), "the device is not in the list")
    report(True, "the domain's hardware does not list it")
    is_(host.domain_xml(), before, "virsh: the domain is as it was before")


def give_and_take(program, host, options):
    """All of it."""
    def keep_picture(shown, name):
        if options.pictures:
            desktop.picture(shown, os.path.join(options.pictures, f"virt-manager-{name}.png"))

    before = host.domain_xml()
    details = Details(program, host.domain)
    desktop.find(details.hardware, "table cell", "Memory")
    is_(details.mdevs(), [], "the domain begins without mediated devices")
    add(host, details, options.mdev, options.idle, keep_picture)
    show(details, options.mdev, keep_picture)
    add_again(host, details, options.mdev)
    if options.run:
        run(host, details)
    remove(host, details, before)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("uri")
    parser.add_argument("domain")
    parser.add_argument("mdev", help="what is given to the domain")
    parser.add_argument("idle", help="another one, which is defined and does not run")
    parser.add_argument("--run", action="store_true", help="start the domain while it has it")
    parser.add_argument("--pictures", metavar="FOLDER", help="keep pictures of the windows there")
    return parser.parse_args()


def main():
    options = arguments()
    manager = subprocess.Popen(["virt-manager", "--no-fork", "--connect", options.uri,
                                "--show-domain-editor", options.domain])
    try:
        program = desktop.application("virt-manager")
        give_and_take(program, Host(options.uri, options.domain), options)
        print("done", flush=True)
    finally:
        manager.terminate()
        manager.wait()


main()
