# SPDX-License-Identifier: LGPL-2.1-or-later
# A text as C string literals, one a line: what virtccwd must have with it everywhere.
s/["\\]/\\&/g
s/.*/"&\\n"/
