# SPDX-License-Identifier: LGPL-2.1-or-later
"""closing.py SOCKET USER: calls for USER, who has to be allowed to, and closes without waiting.

Prints how many of the calls were answered.
"""
import os
import pwd
import socket
import struct
import sys

PROGRAM, VERSION = 0x20008086, 1
OPEN, CLOSE, LOOKUP, SET_IDENTITY = 1, 2, 113, 419
LLONG, ULLONG = 3, 4


def text(value):
    data = value.encode()
    return struct.pack(">I", len(data)) + data + b"\0" * (-len(data) % 4)


def packet(serial, procedure, payload=b""):
    header = struct.pack(">IIIIII", PROGRAM, VERSION, procedure, 0, serial, 0)
    return struct.pack(">I", 4 + len(header) + len(payload)) + header + payload


def start_time():
    with open("/proc/self/stat") as stat:
        return int(stat.read().rpartition(")")[2].split()[19])


def identity(user):
    params = [("unix-user-id", ULLONG, pwd.getpwnam(user).pw_uid),
              ("process-id", LLONG, os.getpid()), ("process-time", ULLONG, start_time())]
    return (struct.pack(">I", len(params))
            + b"".join(text(name) + struct.pack(">Iq", kind, value) for name, kind, value in params)
            + struct.pack(">I", 0))


def read(stream):
    """Whether one more answer came."""
    length = stream.read(4)
    return len(length) == 4 and len(stream.read(struct.unpack(">I", length)[0] - 4)) > 0


def main():
    calls = [(OPEN, struct.pack(">I", 1) + text("nodedev:///system") + struct.pack(">I", 0)),
             (SET_IDENTITY, identity(sys.argv[2])), (LOOKUP, text("css_0_0_0313")), (CLOSE, b"")]
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(30)
    client.connect(sys.argv[1])
    client.sendall(b"".join(packet(i, *call) for i, call in enumerate(calls)))
    stream = client.makefile("rb")
    answers = 0
    try:
        while answers < len(calls) and read(stream):
            answers += 1
    except TimeoutError:
        pass
    print(f"{answers} of {len(calls)}")


main()
