# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Test Anything Protocol, for the tests beside this."""

import sys

_passed = []


def check(passed, name, why=''):
    """Prints that NAME passed, or that it did not and WHY, of one line or more."""
    _passed.append(bool(passed))
    print(f"{'ok' if passed else 'not ok'} {len(_passed)} - {name}")
    if not passed and why:
        print('# ' + str(why).replace('\n', '\n# '))


def end():
    """Prints how many checks there were, and ends the program with what came of them."""
    print(f'1..{len(_passed)}')
    sys.exit(not all(_passed))
