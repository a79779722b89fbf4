# SPDX-License-Identifier: LGPL-2.1-or-later
"""ask-libvirt.py DOMAINS ANSWERS

What libvirt makes of each DOMAINS/NAME.xml: ANSWERS/NAME.native holds the
arguments that it would give to QEMU (virsh domxml-to-native), or an error:
line; ANSWERS/NAME.xml the domain as it is once it is defined, if it can be.
"""
import pathlib
import sys

import libvirt


def native(connection, xml):
    try:
        return connection.domainXMLToNative("qemu-argv", xml)
    except libvirt.libvirtError as error:
        return f"error: {error}\n"


def completed(connection, xml):
    """The domain once defined, with an address for each device; None when it cannot be."""
    try:
        domain = connection.defineXML(xml)
    except libvirt.libvirtError:
        return None
    text = domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
    domain.undefine()
    return text


def main(domains, answers):
    connection = libvirt.open("qemu:///session")
    for path in sorted(pathlib.Path(domains).glob("*.xml")):
        xml = path.read_bytes().decode("utf-8", "surrogateescape")
        answer = pathlib.Path(answers, path.name)
        answer.with_suffix(".native").write_text(native(connection, xml), "utf-8")
        text = completed(connection, xml)
        if text is not None:
            answer.write_text(text, "utf-8")


libvirt.registerErrorHandler(lambda context, error: None, None)
main(*sys.argv[1:])
