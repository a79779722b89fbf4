#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Manual pages have the options that the programs' --help has, and no others, each where it belongs;
and the columns of `virt-ccw list`. Arguments: the programs. Prints TAP."""

import re
import subprocess
import sys
from pathlib import Path

from tap import check, end

MAN = Path(__file__).resolve().parents[2] / 'docs/man'
# The sections of virt-ccw(1) that tell a command's options, beside OPTIONS.
SECTIONS = {
    'list': 'OPTIONS OF LIST',
    'graph': 'OPTIONS OF GRAPH',
    'doctor': 'OPTIONS OF DOCTOR',
    'pass': 'OPTIONS OF PASS AND GIVE-BACK',
    'give-back': 'OPTIONS OF PASS AND GIVE-BACK',
    'qemu-args': 'OPTIONS OF QEMU-ARGS AND HOSTDEV-XML',
    'hostdev-xml': 'OPTIONS OF QEMU-ARGS AND HOSTDEV-XML',
}


def section(page, title):
    found = re.search(rf'^\.SH {re.escape(title)}\n(.*?)(?=^\.SH |\Z)', page, re.M | re.S)
    return found.group(1) if found else ''


def told(text, command=None):
    """Options of a section, but for those that `.RB ( NAME )` says are another command's."""
    for entry in re.split(r'^\.TP\n', text, flags=re.M)[1:]:
        option = re.match(r'\.B\w* (?:-(\w) *, *)?--([a-z-]+)', entry.replace('"', ''))
        only = re.match(r'[^\n]*\n\.RB \( ([a-z-]+) \)', entry)
        if option and (only is None or only.group(1) == command):
            yield option.group(1) or '', option.group(2)


def common(page, command):
    """Of the section OPTIONS: what all commands have, and what those that a line in brackets names."""
    text = section(page, 'OPTIONS')
    everybody, _, some = text.partition('.RB (')
    yield from told(everybody)
    if command in re.findall(r'[a-z-]+', some.partition(')')[0]):
        yield from told(some)


def helped(text):
    return set(re.findall(r'^  (?:-(\w), )?--([a-z-]+)', text, re.M))


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True, env={'LC_ALL': 'C.UTF-8'}).stdout


def compare(name, page, program):
    check(page == program, f'{name}: options', f'page: {page - program}\n--help: {program - page}')
    check(len(program) > 1, f'{name}: has options')


def check_commands(program):
    page = read('virt-ccw.1')
    for command, title in SECTIONS.items():
        options = set(told(section(page, title), command)) | set(common(page, command))
        compare(f'virt-ccw {command}', options, helped(run(program, command, '--help')))
    commands = re.findall(r'^  ([a-z-]+)  ', run(program, '--help'), re.M)
    check(sorted(commands) == sorted(SECTIONS), 'virt-ccw: commands', commands)
    columns = re.findall(r'^ ([ *])([A-Z]+) +(.*)$', run(program, 'list', '--help'), re.M)
    rows = re.findall(r'^(\*?)\t([A-Z]+)\t(.*)$', page, re.M)
    check([(mark.strip(), *rest) for mark, *rest in columns] == rows, 'virt-ccw list: columns', rows)


def read(name):
    return (MAN / name).read_text(encoding='utf-8').replace('\\-', '-')


def check_program(name, program):
    if name == 'virt-ccw':
        check_commands(program)
        return
    page = read(f'{name}.8')
    text = section(page, 'OPTIONS')
    if text:
        compare(name, set(told(text)), helped(run(program, '--help')))
    else:
        check('--help | --version' in page.replace('|', ' | ').replace('  ', ' '), f'{name}: tells of --help')
        check(run(program, '--help').removeprefix('Usage: ').startswith(name), f'{name}: has --help')
    check(run(program, '--version').startswith(name + ' '), f'{name}: has --version')


for path in sys.argv[1:]:
    check_program(Path(path).name, path)
end()
