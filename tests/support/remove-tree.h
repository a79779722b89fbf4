/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Removes @path with all that is in it; follows no links. */
void remove_tree (const char *path);
