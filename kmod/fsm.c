// SPDX-License-Identifier: GPL-2.0-only
/*
 * The transition table.
 */
#include "fsm.h"
#include "names.h"
#include "translator-types.h"

/* A cell holds the next state, or a negative error number: then nothing moves. */
const signed char fsm_table[FSM_STATES][FSM_COLUMNS] = {
	[FSM_CLOSED] = {
		[FSM_OPEN]	= FSM_IDLE,
		[FSM_CLOSE]	= FSM_CLOSED,
		[FSM_BUILD]	= -EIO,
		[FSM_START]	= -EIO,
		[FSM_REJECT]	= FSM_CLOSED,
		[FSM_SIGNAL]	= -EIO,
		[FSM_CLEAR]	= -EIO,
		[FSM_STOP]	= FSM_CLOSED,
		[FSM_FINAL]	= FSM_CLOSED,
		[FSM_GIVE_UP]	= FSM_CLOSED,
		[FSM_COLLECT]	= FSM_CLOSED,
		[FSM_VANISH]	= FSM_GONE,
	},
	[FSM_IDLE] = {
		[FSM_OPEN]	= -EBUSY,
		[FSM_CLOSE]	= FSM_CLOSED,
		[FSM_BUILD]	= FSM_BUILDING,
		[FSM_START]	= -EIO,
		[FSM_REJECT]	= FSM_IDLE,
		[FSM_SIGNAL]	= FSM_IDLE,
		[FSM_CLEAR]	= FSM_IDLE,
		[FSM_STOP]	= FSM_IDLE,
		[FSM_FINAL]	= FSM_IDLE,
		[FSM_GIVE_UP]	= FSM_IDLE,
		[FSM_COLLECT]	= FSM_IDLE,
		[FSM_VANISH]	= FSM_GONE,
	},
	[FSM_BUILDING] = {
		[FSM_OPEN]	= -EBUSY,
		[FSM_CLOSE]	= -EBUSY,
		[FSM_BUILD]	= -EBUSY,
		[FSM_START]	= FSM_ACTIVE,
		[FSM_REJECT]	= FSM_DONE,
		[FSM_SIGNAL]	= FSM_BUILDING,
		[FSM_CLEAR]	= FSM_BUILDING,
		[FSM_STOP]	= FSM_ABORTING,
		[FSM_FINAL]	= FSM_BUILDING,
		[FSM_GIVE_UP]	= FSM_BUILDING,
		[FSM_COLLECT]	= FSM_BUILDING,
		[FSM_VANISH]	= FSM_GONE,
	},
	[FSM_ABORTING] = {
		[FSM_OPEN]	= -EBUSY,
		[FSM_CLOSE]	= -EBUSY,
		[FSM_BUILD]	= -EBUSY,
		[FSM_START]	= -EAGAIN,
		[FSM_REJECT]	= FSM_DONE,
		[FSM_SIGNAL]	= FSM_ABORTING,
		[FSM_CLEAR]	= FSM_ABORTING,
		[FSM_STOP]	= FSM_ABORTING,
		[FSM_FINAL]	= FSM_ABORTING,
		[FSM_GIVE_UP]	= FSM_ABORTING,
		[FSM_COLLECT]	= FSM_ABORTING,
		[FSM_VANISH]	= FSM_GONE,
	},
	[FSM_ACTIVE] = {
		[FSM_OPEN]	= -EBUSY,
		[FSM_CLOSE]	= -EBUSY,
		[FSM_BUILD]	= -EBUSY,
		[FSM_START]	= -EBUSY,
		[FSM_REJECT]	= FSM_DONE,
		[FSM_SIGNAL]	= FSM_ACTIVE,
		[FSM_CLEAR]	= FSM_ACTIVE,
		[FSM_STOP]	= FSM_STOPPING,
		[FSM_FINAL]	= FSM_DONE,
		[FSM_GIVE_UP]	= FSM_ACTIVE,
		[FSM_COLLECT]	= FSM_ACTIVE,
		[FSM_VANISH]	= FSM_GONE,
	},
	[FSM_STOPPING] = {
		[FSM_OPEN]	= -EBUSY,
		[FSM_CLOSE]	= -EBUSY,
		[FSM_BUILD]	= -EBUSY,
		[FSM_START]	= -EBUSY,
		[FSM_REJECT]	= FSM_DONE,
		[FSM_SIGNAL]	= -EBUSY,
		[FSM_CLEAR]	= FSM_STOPPING,
		[FSM_STOP]	= FSM_STOPPING,
		[FSM_FINAL]	= FSM_DONE,
		[FSM_GIVE_UP]	= FSM_WEDGED,
		[FSM_COLLECT]	= FSM_STOPPING,
		[FSM_VANISH]	= FSM_GONE,
	},
	[FSM_DONE] = {
		[FSM_OPEN]	= -EBUSY,
		[FSM_CLOSE]	= -EBUSY,
		[FSM_BUILD]	= -EBUSY,
		[FSM_START]	= -EIO,
		[FSM_REJECT]	= FSM_DONE,
		[FSM_SIGNAL]	= FSM_DONE,
		[FSM_CLEAR]	= FSM_DONE,
		[FSM_STOP]	= FSM_DONE,
		[FSM_FINAL]	= FSM_DONE,
		[FSM_GIVE_UP]	= FSM_DONE,
		[FSM_COLLECT]	= FSM_IDLE,
		[FSM_VANISH]	= FSM_GONE,
	},
	[FSM_WEDGED] = {
		[FSM_OPEN]	= -EBUSY,
		[FSM_CLOSE]	= FSM_CLOSED,
		[FSM_BUILD]	= -ENODEV,
		[FSM_START]	= -ENODEV,
		[FSM_REJECT]	= FSM_WEDGED,
		[FSM_SIGNAL]	= -ENODEV,
		[FSM_CLEAR]	= -ENODEV,
		[FSM_STOP]	= FSM_WEDGED,
		[FSM_FINAL]	= FSM_WEDGED,
		[FSM_GIVE_UP]	= FSM_WEDGED,
		[FSM_COLLECT]	= FSM_WEDGED,
		[FSM_VANISH]	= FSM_GONE,
	},
	[FSM_GONE] = {
		[FSM_OPEN]	= -ENODEV,
		[FSM_CLOSE]	= FSM_GONE,
		[FSM_BUILD]	= -ENODEV,
		[FSM_START]	= -ENODEV,
		[FSM_REJECT]	= FSM_GONE,
		[FSM_SIGNAL]	= -ENODEV,
		[FSM_CLEAR]	= -ENODEV,
		[FSM_STOP]	= FSM_GONE,
		[FSM_FINAL]	= FSM_GONE,
		[FSM_GIVE_UP]	= FSM_GONE,
		[FSM_COLLECT]	= FSM_GONE,
		[FSM_VANISH]	= FSM_GONE,
	},
};

/**
 * fsm_state_name - a state in words, for logs
 * @state: any state
 *
 * Return: a constant string.
 */
const char *fsm_state_name(enum fsm_state state)
{
	static const struct vfio_ccw_name names[FSM_STATES] = NAMES_OF(FSM_STATE_NAMES);
	unsigned int i = 0;

	while (i < FSM_STATES - 1 && names[i].value != (int)state)
		i++;
	return names[i].name;
}
