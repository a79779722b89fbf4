#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The HTML that docs/html/render makes: each link of it leads somewhere, each page of
docs/ is found from the first one, and a link that leads nowhere stops it. Prints TAP."""

import subprocess
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tap import check, end

RENDER = Path(__file__).resolve().parents[2] / 'docs/html/render'
# A tree of one page, with what is wrong on it.
BROKEN = {
    'a page that is not there': '[x](other.md)',
    'a heading that is not there': '[x](#no)',
    'a heading of another page': '[x](second.md#no)',
    'a picture that is not there': '![x](x.png)',
    'a source file': '[x](docs/html/render)',
}


class Links(HTMLParser):
    """What a page refers to, and its anchors."""

    def __init__(self, path):
        super().__init__()
        self.targets, self.anchors = [], set()
        self.feed(path.read_text(encoding='utf-8'))

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ('href', 'src'):
                self.targets.append(value)
            elif name == 'id':
                self.anchors.add(value)


def render(tree, output):
    return subprocess.run([RENDER, '--tree', tree, output], capture_output=True, text=True)


def local(page, target):
    """The file and the anchor that TARGET means, None for what is out in the world."""
    parts = urlsplit(target)
    if parts.scheme:
        return None
    path = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    return path, unquote(parts.fragment)


def check_pages(output):
    pages = {path.resolve(): Links(path) for path in output.rglob('*.html')}
    for path, links in sorted(pages.items()):
        lost = []
        for target in links.targets:
            found = local(path, target)
            if found and not (found[0].is_file() and
                              (not found[1] or found[1] in pages[found[0]].anchors)):
                lost.append(target)
        check(not lost, f'{path.relative_to(output)}: its {len(links.targets)} links', '\n'.join(lost))
    check_reach(output, pages)


def check_reach(output, pages):
    seen, new = set(), {output / 'README.html'}
    while new:
        seen |= new
        found = [local(page, target) for page in new for target in pages[page].targets]
        new = {hit[0] for hit in found if hit and hit[0] in pages} - seen
    for page in sorted(path for path in pages if path.relative_to(output).parts[0] == 'docs'):
        check(page in seen, f'{page.relative_to(output)} is found from README')


def check_refusals(scratch):
    tree = scratch / 'tree'
    (tree / 'docs/html').mkdir(parents=True)
    (tree / 'docs/html/style.css').write_text('')
    (tree / 'second.md').write_text('# Second\n')
    for name, text in BROKEN.items():
        (tree / 'README.md').write_text(f'# First\n{text}\n')
        done = render(tree, scratch / 'none')
        check(done.returncode != 0 and 'README.md: nothing is at' in done.stderr,
              f'{name} is refused', done.stderr)
    (tree / 'README.md').write_text('# First `one`\n[x](second.md#second) [y](#first-one)\n')
    done = render(tree, scratch / 'good')
    check(done.returncode == 0, 'what is there is taken', done.stderr)


with tempfile.TemporaryDirectory() as folder:
    scratch = Path(folder).resolve()
    made = render(RENDER.parents[2], scratch / 'html')
    check(made.returncode == 0, 'all pages are made', made.stderr)
    if made.returncode == 0:
        check_pages(scratch / 'html')
    check_refusals(scratch)
end()
