/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What states, events, functions and reasons are called where people watch the
 * driver: in trace events and in debugfs. Each list takes two macros of a value
 * and its name, the second one for the last entry.
 */
#ifndef VIRT_CCW_NAMES_H
#define VIRT_CCW_NAMES_H

/**
 * struct vfio_ccw_name - a value and what it is called
 * @value: the value
 * @name: its name
 */
struct vfio_ccw_name {
	int value;
	const char *name;
};

/* Makes an array of struct vfio_ccw_name of a list. */
#define NAMES_OF(list)			{ list(NAME_AND_MORE, LAST_NAME) }
#define NAME_AND_MORE(value, name)	{ value, name },
#define LAST_NAME(value, name)		{ value, name }

#define VFIO_CCW_FUNCTION_NAMES(entry, last)		\
	entry(VFIO_CCW_START, "start")			\
	entry(VFIO_CCW_RESUME, "resume")		\
	entry(VFIO_CCW_HALT, "halt")			\
	last(VFIO_CCW_CLEAR, "clear")

#define VFIO_CCW_TRIGGER_NAMES(entry, last)		\
	entry(VFIO_CCW_IO_IRQ_INDEX, "io")		\
	entry(VFIO_CCW_CRW_IRQ_INDEX, "crw")		\
	last(VFIO_CCW_REQ_IRQ_INDEX, "req")

#define FSM_STATE_NAMES(entry, last)			\
	entry(FSM_CLOSED, "closed")			\
	entry(FSM_IDLE, "idle")				\
	entry(FSM_BUILDING, "building")			\
	entry(FSM_ABORTING, "aborting")			\
	entry(FSM_ACTIVE, "active")			\
	entry(FSM_STOPPING, "stopping")			\
	entry(FSM_DONE, "done")				\
	entry(FSM_WEDGED, "wedged")			\
	last(FSM_GONE, "gone")

#define FSM_EVENT_NAMES(entry, last)			\
	entry(FSM_OPEN, "open")				\
	entry(FSM_CLOSE, "close")			\
	entry(FSM_BUILD, "build")			\
	entry(FSM_START, "start")			\
	entry(FSM_REJECT, "reject")			\
	entry(FSM_SIGNAL, "signal")			\
	entry(FSM_CLEAR, "clear")			\
	entry(FSM_STOP, "stop")				\
	entry(FSM_FINAL, "final")			\
	entry(FSM_GIVE_UP, "give-up")			\
	entry(FSM_COLLECT, "collect")			\
	last(FSM_VANISH, "vanish")

#define CCW_XLAT_REASON_NAMES(entry, last)			\
	entry(CCW_XLAT_OK, "none")				\
	entry(CCW_XLAT_ARENA, "arena")				\
	entry(CCW_XLAT_ORB_TRANSPORT, "orb-transport")		\
	entry(CCW_XLAT_ORB_MIDAW, "orb-midaw")			\
	entry(CCW_XLAT_ORB_RESERVED, "orb-reserved")		\
	entry(CCW_XLAT_CPA, "cpa")				\
	entry(CCW_XLAT_FIRST_TIC, "first-tic")			\
	entry(CCW_XLAT_TIC_TO_TIC, "tic-to-tic")		\
	entry(CCW_XLAT_TIC_FORMAT, "tic-format")		\
	entry(CCW_XLAT_COMMAND, "command")			\
	entry(CCW_XLAT_COUNT, "count")				\
	entry(CCW_XLAT_MIDA, "mida")				\
	entry(CCW_XLAT_DATA_ADDRESS, "data-address")		\
	entry(CCW_XLAT_IDAW, "idaw")				\
	entry(CCW_XLAT_DIRECTION, "direction")			\
	entry(CCW_XLAT_READ_CCW, "read-ccw")			\
	entry(CCW_XLAT_READ_IDAW, "read-idaw")			\
	entry(CCW_XLAT_PIN, "pin")				\
	entry(CCW_XLAT_SPACE, "space")				\
	last(CCW_XLAT_CHANGED, "changed")

#endif
