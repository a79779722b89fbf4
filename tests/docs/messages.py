#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each message that docs/how-to/troubleshooting.md explains is one of ours: it stands so in a
string of the sources, where … is what they format. Prints TAP."""

import re
from pathlib import Path

from tap import check, end

TREE = Path(__file__).resolve().parents[2]
PAGE = TREE / 'docs/how-to/troubleshooting.md'
# Adjacent literals, with formats that are macros between them, are one text.
LITERALS = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:\s*(?:G_\w+|MDEV_\w+|CCW_\w+)?\s*"(?:[^"\\\n]|\\.)*")*')
FORMAT = re.compile(r'%[-+0# .*\d]*(?:hh|h|ll|l|z)?[a-zA-Z]|%(?=$)')


def squeeze(text):
    """Formats, and what borders on them, as one …."""
    return re.sub('…(?:[ .:]*…)*', '…', FORMAT.sub('…', text))


def texts():
    for folder in 'src', 'kmod':
        for path in sorted((TREE / folder).rglob('*.[ch]')):
            for found in LITERALS.findall(path.read_text(encoding='utf-8')):
                joined = ''.join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', found))
                yield squeeze(joined.replace('\\"', '"'))


def quoted():
    """Messages: of headings, and of the first column of tables."""
    for line in PAGE.read_text(encoding='utf-8').splitlines():
        found = re.match(r'(?:### |\| )`([^`]*)`', line)
        if found:
            yield found.group(1)


known = '\n'.join(texts())
messages = list(quoted())
for message in messages:
    check(squeeze(message).strip('… :') in known, message)
check(len(messages) >= 20, 'messages are found on the page', len(messages))
end()
