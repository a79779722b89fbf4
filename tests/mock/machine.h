/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * A machine with a channel subsystem that is not there: a folder of files to
 * which umockdev's preload library redirects /sys, /proc and /dev, events for
 * libudev's listeners, and a kernel that carries out what is written to
 * sysfs (preload.c hands it over), or refuses it. Made for one test, gone with it.
 *
 * Everything it does is a verb, a line of text, so that tests in C, files
 * that describe a machine and scripts say the same:
 *
 *   plug SUBCHANNEL DEVICE KIND   a device appears; KIND: see kinds in devices.c
 *   subchannel SUBCHANNEL TYPE    one without a device; TYPE 0 is I/O
 *   many N KIND                   N devices, 0.0.1000 on 0.0.1000 and so on, without events
 *   unplug SUBCHANNEL             subchannel, device and mdevs disappear
 *   orphan SUBCHANNEL             its device is moved away from it, below css0/defunct
 *   quiet                         from now on events are lost
 *   overflow                      no longer; listeners are told that they have lost some
 *   online DEVICE 0|1             somebody sets a device on- or offline
 *   renumber SUBCHANNEL DEVICE    another device number answers on a subchannel
 *   uid DEVICE TEXT               the unique id that its driver tells of a DASD
 *   override SUBCHANNEL DRIVER    somebody set driver_override
 *   rival SUBCHANNEL UUID         somebody makes this mdev just before the next is ordered there
 *   driver NAME 0|1               a css driver is (not) loaded
 *   mount SOURCE TARGET FSTYPE MAJOR:MINOR
 *   swap SOURCE
 *   hold BLOCK HOLDER             "hold dasda1 dm-0"
 *   btrfs BLOCK                   it belongs to a mounted btrfs
 *   loop NAME PATH                a loop device stands on PATH
 *   ignore DEVICE[-DEVICE]        only these are on the kernel's blacklist
 *   interface NAME up|down|elsewhere   elsewhere: moved to another network namespace
 *   console NAME MAJOR:MINOR
 *   ipl DEVICE                    the machine was started from it
 *   dump DEVICE                   it takes the dump
 *   open PID COMMAND PATH         a process has PATH open
 *   process PID COMMAND START     a process that was started at START
 *   emulator PID UUID             QEMU, which runs a domain of libvirt's
 *   namespace NUMBER              of processes: who looks is in this one
 *   close PID                     any of them ends
 *   fail ORDER ERRNO TIMES        the next TIMES writes to files whose path ends in ORDER
 *                                 fail; ERRNO 0: they succeed without any effect
 *   at N refuse|ignore|kill|orphan   the Nth write from now fails with EIO, succeeds without any
 *                                 effect, or its writer dies by SIGKILL before or after its
 *                                 effect; N 0: none. A program with MOCK_STEPS_BELOW=FOLDER in
 *                                 its environment has its changes to files there counted, too
 *   spare                         no "at" strikes any more; what has struck is still told
 *   delay ORDER MS TIMES          the next TIMES writes to files whose path ends in ORDER take
 *                                 MS milliseconds before their effect; others go on meanwhile
 *   hurry                         no "delay" holds any more, nor those that are under way
 *   order PATH DATA               somebody writes DATA to a file of sysfs, "/devices/css0/…";
 *                                 neither counted nor refused by any of the above
 *
 * Thread safe.
 */
typedef struct _MockMachine MockMachine;

/* Sets UMOCKDEV_DIR and MOCK_KERNEL_SOCKET for this process and its children. */
MockMachine *mock_machine_new (void);
void mock_machine_free (MockMachine *machine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MockMachine, mock_machine_free)

/*
 * For programs into which umockdev's library cannot be loaded, and for machines
 * of many thousand devices: the calling process gets mount and network
 * namespaces of its own, and temporary files in memory, all gone with it. Then
 * the machine's /sys is mounted over the real one, and events go to all of the
 * network namespace; /proc and /dev stay real. Both need root. The first comes before
 * mock_machine_new(), and before there are threads.
 */
gboolean mock_mount_prepare (GError **error);
gboolean mock_machine_mount (MockMachine *machine, GError **error);

/* Does one verb, arguments as for printf, and waits until the kernel is done with it. */
void mock_machine_do (MockMachine *machine, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The same for a line that somebody else wrote; does not wait for the kernel to be done with it. */
gboolean mock_machine_try (MockMachine *machine, const char *line, GError **error);

/* Waits until the kernel has nothing left to do. */
void mock_machine_settle (MockMachine *machine);

/* Where the files are. */
const char *mock_machine_get_root (MockMachine *machine);

/* Text of a file inside ("/sys/…"), NULL when there is none; the caller frees it. */
char *mock_machine_read (MockMachine *machine, const char *path);

/* All of /sys as text, once the kernel has nothing left to do; the caller frees it. */
char *mock_machine_snapshot (MockMachine *machine);

/* What the last "at" struck, as "write /bus/css/…" or "unlink …"; NULL: nothing. The caller frees it. */
char *mock_machine_get_struck (MockMachine *machine);

/* How many orders (writes with an effect) the kernel has been given. */
guint mock_machine_get_n_orders (MockMachine *machine);
