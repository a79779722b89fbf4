/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/paths.h"
#include "mdev/config.h"

/*
 * Transitions: the only code that changes which driver holds a subchannel and
 * which mdevs exist on it. The daemon, the hook, the callout and the command
 * line all call these.
 *
 * Each is all or nothing: before the first change the plan and what was found
 * (driver, driver_override, online state) are written to a journal under the
 * run directory; when a step fails the steps done are undone in reverse
 * order; when the process dies, mdev_recover() does so later. The
 * one exception: once the host's driver was to have a subchannel again it is
 * not taken away any more; what is missing then is made up for by the next
 * transition on it or by mdev_recover(). A device that does not
 * come online again is no failure, but logged.
 * One at a time on each subchannel, whoever does it (mdev/lock.h); different
 * subchannels do not wait for each other.
 *
 * They block (sysfs writes, waiting for the kernel to show the effect, for at
 * most 10 s a step) and touch no CcwHost: call them off the main loop and
 * ccw_host_refresh() the parent afterwards. Safe to call from any thread.
 *
 * Errors: CCW_ERROR_NOT_FOUND (no such subchannel or mdev), CCW_ERROR_IN_USE
 * (the host or a guest uses the device; names the user), CCW_ERROR_EXISTS
 * (an mdev with that UUID), CCW_ERROR_STATE (also: the device is not the one
 * that the mdev was defined for, see identity.h), CCW_ERROR_UNSUPPORTED (no
 * vfio_ccw driver in this kernel; unknown type), CCW_ERROR_SYSTEM.
 */

/* How long stopping and recovery wait for those who have the mdev open only for an instant. */
extern guint mdev_close_patience_ms;

/*
 * Makes @config's parent ready (unused ccw device set offline, io_subchannel
 * unbound, vfio_ccw bound by driver_override) unless it is already, and
 * creates the mdev with its attributes. What was changed on the parent is
 * remembered for mdev_give_back().
 */
gboolean mdev_start (const CcwPaths *paths, const MdevConfig *config, GError **error);

/*
 * Somebody who has to know for certain whether it was this start that made the
 * mdev, even should the process die: called when it is there, and before it
 * counts as started. A start that is cut short before that is undone; so is one
 * for which it returns FALSE, with an error.
 */
typedef struct
{
  gboolean (*started) (gpointer data, GError **error);
  gpointer data;
} MdevWitness;

/* mdev_start() with a @witness; NULL: without. */
gboolean mdev_start_witnessed (const CcwPaths *paths, const MdevConfig *config,
                               const MdevWitness *witness, GError **error);

/*
 * The part of mdev_start() before the mdev is created, with all its checks: for
 * a caller behind whom somebody else creates it, such as mdevctl. Undone by
 * mdev_unprepare_parent() when that one fails, else by mdev_give_back().
 */
gboolean mdev_prepare_parent (const CcwPaths *paths, const MdevConfig *config, GError **error);

/*
 * Gives @parent back as by mdev_give_back() if it was bound by
 * mdev_prepare_parent() for @uuid; one that was bound before that stays so.
 */
gboolean mdev_unprepare_parent (const CcwPaths *paths, const char *uuid, const CcwDevId *parent,
                                GError **error);

/*
 * Removes the active mdev @uuid. Refused with CCW_ERROR_IN_USE when a process
 * has it open and does not close it within mdev_close_patience_ms. Unless
 * @keep_bound, the parent is then given back as by mdev_give_back().
 */
gboolean mdev_stop (const CcwPaths *paths, const char *uuid, gboolean keep_bound, GError **error);

/*
 * Gives @parent back: driver, driver_override and online state as they were
 * before mdev_start() changed them. Does nothing (and succeeds) when we did
 * not bind it, or when an mdev is still on it.
 */
gboolean mdev_give_back (const CcwPaths *paths, const CcwDevId *parent, GError **error);

/*
 * The same, because the mdev @uuid or its definition went: one that was bound
 * since then, by mdev_prepare_parent() for an mdev that is still to be created,
 * stays so.
 */
gboolean mdev_give_back_after (const CcwPaths *paths, const char *uuid, const CcwDevId *parent,
                               GError **error);

/*
 * Puts in order what a process that died in the middle of a transition left
 * on @subchannel: a start is undone (unless a guest has the mdev open by now),
 * a stop or give-back is finished, since the host may have begun to use the
 * device. So does each of the transitions first; this is for those
 * subchannels on which none comes, see mdev_record_list(). @was_needed, which
 * may be NULL: whether there was anything to put in order. On an error the next
 * transition on it tries again. What was noted of a subchannel that is not ours any more
 * (unplugged, taken back by others) is forgotten.
 */
gboolean mdev_recover (const CcwPaths *paths, const CcwDevId *subchannel, gboolean *was_needed,
                       GError **error);
