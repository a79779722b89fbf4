#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tables of docs/reference/ say what the sources do: kinds of errors, reasons for which channel
programs are refused, trace events, permissions that calls ask for; and each program and file of ours
has its manual page. Prints TAP."""

import re
from pathlib import Path

from tap import check, end

TREE = Path(__file__).resolve().parents[2]
VIRTERROR = Path('/usr/include/libvirt/virterror.h')


def read(path):
    return (TREE / path).read_text(encoding='utf-8')


def compare(got, wanted, name):
    check(got == wanted, name, f'page:    {sorted(set(got) - set(wanted))}\nsources: {sorted(set(wanted) - set(got))}')


def rows(page, columns):
    """Those of the page's tables that have so many columns, without heads."""
    for line in read(page).splitlines():
        cells = [cell.strip().strip('`') for cell in line.strip('|').split('|')]
        if line.startswith('|') and len(cells) == columns and not set(cells[0]) <= set('-: '):
            yield tuple(cells)


def errors():
    """Kind, exit status, libvirt's error and its number, as the sources have them."""
    switch = dict(re.findall(r'case CCW_ERROR_(\w+):\s*return CCW_EXIT_(\w+);', read('src/ccw/error.c')))
    status = dict(re.findall(r'CCW_EXIT_(\w+) = (\d)', read('src/ccw/error.h')))
    numbers = dict(re.findall(r'(VIR_ERR_\w+) = (\d+)', VIRTERROR.read_text(encoding='utf-8')))
    pairs = re.findall(r'{ CCW_ERROR_(\w+), (VIR_ERR_\w+) }', read('src/nodedev/rpc-error.c'))
    return [(kind.lower().replace("_", " "), status[switch.get(kind, "FAILED")], code, numbers[code])
            for kind, code in pairs]


def reasons():
    words = dict(re.findall(r'\((CCW_XLAT_\w+), "([^"]*)"\)', read('kmod/names.h')))
    table = re.findall(r'\[(CCW_XLAT_\w+)\] = {\s*-(\w+), "([^"]*)"', read('kmod/translator.c'))
    return [(words[reason], error, text) for reason, error, text in table]


def events():
    return re.findall(r'^(?:TRACE_EVENT\(|DEFINE_EVENT\(\w+, )vfio_ccw_(\w+),', read('kmod/trace.h'), re.M)


def fields():
    """Each event with its fields, but for those of the subchannel, which all have."""
    source = read('kmod/trace.h')
    classes = {name: re.findall(r'__field\(\w[\w ]*, (\w+)\)', body) for name, body in re.findall(
        r'^(?:TRACE_EVENT|DECLARE_EVENT_CLASS)\(vfio_ccw_(\w+),.*?SUBCHANNEL_FIELDS(.*?)\n\t\),', source,
        re.M | re.S)}
    classes |= {event: classes[name] for name, event in
                re.findall(r'^DEFINE_EVENT\(vfio_ccw_(\w+), vfio_ccw_(\w+),', source, re.M)}
    return [(event, *classes[event]) for event in events()]


def told_fields():
    section = read('docs/reference/kernel-module.md').split('## Counters')[0]
    for line in section.splitlines():
        if line.startswith('| `'):
            names, words = (re.findall('`(\\w+)`', cell) for cell in line.split('|')[1:3])
            yield from ((name, *words) for name in names)


def permissions():
    """Number and permissions of each procedure that asks for any, as the daemon's table has them."""
    numbers = dict(re.findall(r'ND_PROC_(\w+) = (\d+)', read('src/nodedev/protocol.x')))
    table = re.search(r' procedures\[\] = {(.*?)\n};', read('src/nodedev/calls.c'), re.S).group(1)
    for name, row in re.findall(r'{ ND_PROC_(\w+),(.*?)(?=\n  {|\Z)', table, re.S):
        asked = re.search(r'NEEDS \(([^)]*)\)', row)
        if asked:
            yield numbers[name], ', '.join(re.findall('"([^"]*)"', asked.group(1)))


def told_permissions():
    for number, _, _, asked, _ in rows('docs/reference/protocol.md', 5):
        if number.isdigit() and asked:
            yield number, asked.replace('`', '')


def kept():
    """Keys and groups of the files that our programs keep."""
    source = ''.join(path.read_text(encoding='utf-8') for path in sorted((TREE / 'src').rglob('*.c')))
    writers = r'(?:mdev_keyfile_put|g_key_file_set_\w+) \(\w+, \w+,'
    return set(re.findall(writers + r'\s*"([\w-]+)"', source)
               + re.findall(r'^#define (?:GROUP\w*|DAEMONS) "(\w+)"', source, re.M))


def told_kept():
    """Those of virt-ccw-files(5): in bold in the entries of /run and /var, groups in brackets."""
    entries = [entry for entry in re.split(r'^\.TP\n', read('docs/man/virt-ccw-files.5'), flags=re.M)
               if re.match(r'\.I /(?:var/lib|run)/virt\\-ccw/', entry)]
    words = [word for entry in entries for line in re.findall(r'^\.BR? (.*)', entry, re.M)
             for word in re.findall(r'[a-z][a-z-]+', line.replace('\\-', '-'))]
    return set(words + re.findall(r'\[([a-z]+)\]', ''.join(entries)))


def installed():
    """Programs, the script among them, files that an administrator writes, and those that we keep."""
    programs = [name for path in sorted((TREE / 'src').rglob('meson.build'))
                for name in re.findall(r"executable\('([\w-]+)'", path.read_text(encoding='utf-8'))]
    return sorted(programs + ['virt-ccw-slot', 'virtccwd.conf', 'virt-ccw-in-use.conf',
                              'virt-ccw-files', 'vfio_ccw'])


compare(sorted((kind, status, code, number) for kind, _, status, code, number in
               list(rows('docs/reference/errors.md', 5))[1:]), sorted(errors()), 'kinds of errors')
compare(sorted(row[:3] for row in list(rows('docs/reference/kernel-module.md', 4))[1:]), sorted(reasons()),
        'reasons for which programs are refused')
compare(sorted(told_fields()), sorted(fields()), 'trace events and their fields')
compare(sorted(told_permissions()), sorted(permissions()), 'what access control has to allow of a call')
check(not kept() - told_kept(), 'what is kept is in virt-ccw-files(5)', kept() - told_kept())
check(len(kept()) >= 20, 'keys are found in the sources', kept())
compare(sorted(path.name.rpartition('.')[0] for path in (TREE / 'docs/man').iterdir()), installed(),
        'each program and file has its manual page')
compare(sorted(re.findall(r'\(\.\./man/([^)]*)\)', read('docs/reference/README.md'))),
        sorted(path.name for path in (TREE / 'docs/man').iterdir()), 'the reference lists all manual pages')
end()
