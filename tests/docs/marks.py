#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tutorial and the how-tos are written so that a test can follow them, and one does: no command
stands outside of a console block, those that are not run say so, those for the reader's own machine
are scripts of ours, and what these have shown was recorded. Prints TAP."""

import json
import re
import shlex
from pathlib import Path

from markdown_it import MarkdownIt

from tap import check, end

TREE = Path(__file__).resolve().parents[2]
WORDS = {'', 'fails', 'pc', 'shown', 'untested'}
# What scripts/demo dasd has shown, on a terminal.
RECORDING = TREE / 'docs/tutorial/dasd.cast'
# Blocks that are not run, on all pages together: there is to be a reason for one more.
UNTESTED_MAX = 4
NOT_RUN = '*Not run by the tests:*'


def pages():
    for folder in 'tutorial', 'how-to':
        yield from sorted((TREE / 'docs' / folder).glob('*.md'))


def blocks(path):
    """The words behind "console" and the text of each block; None for one of another kind."""
    for token in MarkdownIt('commonmark').parse(path.read_text(encoding='utf-8')):
        if token.type == 'code_block':
            yield None, token.content
        elif token.type == 'fence' and token.info.split()[:1] == ['console']:
            yield token.info.partition(' ')[2], token.content


def usage(script):
    """The comment on top of a script, which is what it prints for --help."""
    return re.search(r'(?:^#.*\n)+', (TREE / script).read_text(encoding='utf-8'), re.M).group(0)


def known(line):
    """Whether a command for the reader's machine is a script of ours with options that it has."""
    words = shlex.split(line, comments=True)
    if words[0].split('/')[0] not in ('scripts', 'tests') or not (TREE / words[0]).is_file():
        return False
    return all(re.search(rf'(?<![\w-]){re.escape(word)}(?![\w-])', usage(words[0])) for word in words[1:])


def recorded():
    """The lines of the recording."""
    head, *events = [json.loads(line) for line in RECORDING.read_text(encoding='utf-8').splitlines()]
    assert head['version'] == 2
    return ''.join(event[2] for event in events).replace('\r', '').splitlines()


def check_page(path):
    name = path.relative_to(TREE / 'docs')
    found = list(blocks(path))
    check(all(words is not None for words, _ in found), f'{name}: commands stand in console blocks',
          [text for words, text in found if words is None])
    check({words for words, _ in found} <= WORDS | {None}, f'{name}: words behind console are known')
    untested = sum(words == 'untested' for words, _ in found)
    check(untested <= path.read_text(encoding='utf-8').count(NOT_RUN), f'{name}: tells what is not run')
    for words, text in found:
        lines = text.splitlines()
        if words == 'pc':
            lost = [line for line in lines if not line.startswith('$ ') or not known(line[2:])]
            check(not lost, f'{name}: {lines[0]} is ours', lost)
        elif words == 'shown':
            lost = [line for line in lines if line not in recorded()]
            check(not lost, f'{name}: {lines[0]} was shown', lost)
        elif words is not None:
            check(lines[0].startswith('# '), f'{name}: a block begins with a command', lines[0])
    if any(words in ('', 'fails') for words, _ in found):
        tests = [test.name for test in (TREE / 'tests/lab/guest').glob('docs-*.sh')
                 if str(name) in test.read_text(encoding='utf-8')]
        check(len(tests) == 1, f'{name}: one test follows it', tests)
    return untested


total = sum(check_page(path) for path in pages())
check(total <= UNTESTED_MAX, f'{total} blocks are not run', f'at most {UNTESTED_MAX}')
end()
