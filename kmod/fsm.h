/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The states of a mediated subchannel and what moves it between them.
 *
 * Pure: no locks, no side effects. Whoever owns the subchannel lock asks
 * whether an event is allowed, and the table answers with the next state or an
 * error number for user space.
 */
#ifndef VIRT_CCW_FSM_H
#define VIRT_CCW_FSM_H

/**
 * enum fsm_state - what a mediated subchannel does
 * @FSM_CLOSED: nobody has it open; the subchannel is disabled
 * @FSM_IDLE: open and enabled, no channel program
 * @FSM_BUILDING: a channel program is being translated and its pages pinned
 * @FSM_ABORTING: as before, but it must not be started any more
 * @FSM_ACTIVE: the subchannel has accepted the channel program
 * @FSM_STOPPING: as before, and we are ending it
 * @FSM_DONE: the channel program is over, its pages are still held
 * @FSM_WEDGED: the channel program does not end; the device is of no more use until it
 *	is closed, and then until the program has ended all the same
 * @FSM_GONE: the subchannel cannot be used again through this mdev
 */
enum fsm_state {
	FSM_CLOSED,
	FSM_IDLE,
	FSM_BUILDING,
	FSM_ABORTING,
	FSM_ACTIVE,
	FSM_STOPPING,
	FSM_DONE,
	FSM_WEDGED,
	FSM_GONE,
	FSM_STATES,
};

/**
 * enum fsm_event - what happens to a mediated subchannel
 * @FSM_OPEN: the subchannel was enabled for a user
 * @FSM_CLOSE: the subchannel was disabled
 * @FSM_BUILD: a user wants to start a channel program
 * @FSM_START: the program is ready for START SUBCHANNEL
 * @FSM_REJECT: the program could not be built or was not accepted
 * @FSM_SIGNAL: a user wants to halt or resume
 * @FSM_CLEAR: a user wants to clear, which a subchannel never is too busy for
 * @FSM_STOP: the program has to end now
 * @FSM_FINAL: the program is over
 * @FSM_GIVE_UP: the program cannot be stopped
 * @FSM_COLLECT: the program's pages were given up
 * @FSM_VANISH: the device is gone
 */
enum fsm_event {
	FSM_OPEN,
	FSM_CLOSE,
	FSM_BUILD,
	FSM_START,
	FSM_REJECT,
	FSM_SIGNAL,
	FSM_CLEAR,
	FSM_STOP,
	FSM_FINAL,
	FSM_GIVE_UP,
	FSM_COLLECT,
	FSM_VANISH,
	FSM_EVENTS,
};

/* Not fewer than there are events, and a power of two, by which to multiply is quick. */
#define FSM_COLUMNS	16

extern const signed char fsm_table[FSM_STATES][FSM_COLUMNS];

/**
 * fsm_move - let an event happen
 * @state: the state; changed if the event is allowed
 * @event: the event
 *
 * Return: 0, or the -errno the event is refused with.
 */
static inline int fsm_move(enum fsm_state *state, enum fsm_event event)
{
	int next = fsm_table[*state][event];

	if (next < 0)
		return next;
	*state = next;
	return 0;
}

const char *fsm_state_name(enum fsm_state state);

#endif
