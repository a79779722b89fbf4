/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Uses the first partition of DISK, such as "dasda", which has an ext2 file
 * system: shows what the kernel says of disks and the first line of the file
 * "from-host", and writes the file "from-guest". Returns what has failed, NULL
 * if nothing has.
 */
const char *use_disk (const char *disk);
