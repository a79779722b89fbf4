#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each message that docs/how-to/troubleshooting.md explains is one of ours: it stands so in a
string of the sources, where … is what they format; and each use for which a device stays with the
host is explained there. Prints TAP."""

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


def uses():
    """What a refusal names as the use: the sentences that these files make."""
    for name in 'in-use', 'block-use', 'pav-use', 'open-files':
        source = (TREE / 'src/ccw' / f'{name}.c').read_text(encoding='utf-8')
        for text in re.findall(r'g_strdup(?:_printf)? \(\s*"([^"]*)"', source):
            if len(text.split()) > 2 and not text.startswith(' '):
                yield squeeze(text)


known = '\n'.join(texts())
messages = list(quoted())
for message in messages:
    check(squeeze(message).strip('… :') in known, message)
check(len(messages) >= 20, 'messages are found on the page', len(messages))
explained = '\n'.join(squeeze(message) for message in messages)
used_for = sorted(set(uses()))
for use in used_for:
    check(use.strip('… ') in explained, f'explained: {use}')
check(len(used_for) >= 15, 'uses are found in the sources', used_for)
end()
