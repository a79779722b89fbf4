/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Channel-program translator: guest ORB, CCWs and IDAWs in; host CCWs, IDAWs
 * and ORB out.
 *
 * Pure C: no allocation, no locks, no global state, no recursion, the same on
 * big- and little-endian machines. Everything the channel will see is written
 * in the architecture's (big-endian) byte order. "PoP" below is the
 * z/Architecture Principles of Operation, SA22-7832, chapters 13 to 17.
 *
 * Use, once for every START SUBCHANNEL, by one thread at a time (but
 * ccw_xlat_uses() may run beside all others once ccw_xlat_fetch() has returned,
 * and ccw_xlat_guest_cpa() once ccw_xlat_build() has):
 *
 *	ret = ccw_xlat_fetch(x, &arena, guest_orb, read_guest, ctx);
 *	if (!ret)
 *		ret = ccw_xlat_pin(x, pin_run, ctx);
 *	if (!ret)
 *		ret = ccw_xlat_build(x);
 *	if (ret)
 *		ccw_xlat_unpin(x, unpin_run, ctx);	(always safe)
 *	else
 *		ccw_xlat_host_orb(x, host_orb);		(then SSCH)
 *	...
 *	guest_cpa = ccw_xlat_guest_cpa(x, scsw_cpa);	(for each interrupt)
 *	ret = ccw_xlat_refresh_suspend(x, read_guest, ctx);	(before RSCH)
 *	...
 *	ccw_xlat_unpin(x, unpin_run, ctx);		(when the I/O is over)
 *
 * Why three calls and not one with a pin callback inside: reading guest memory
 * and pinning take VFIO's locks and sleep, and the driver must be able to
 * decide between the steps (a dma_unmap that arrives, a reset). After
 * ccw_xlat_fetch() guest memory is not looked at again, but for suspend flags
 * when the guest resumes its program; a driver that wants to pin by itself may
 * walk guest_page[] and fill host_page[] instead of calling ccw_xlat_pin().
 *
 * What a successful ccw_xlat_build() guarantees, whatever the guest wrote and
 * however it changed its memory meanwhile: every address in the host program
 * (CPA, TIC targets, IDAL addresses, IDAWs) lies in the arena, in the sink page
 * or in a pinned page, for the whole extent the CCW's count allows; each slot
 * of the arena that the guest's program cannot reach is a zero CCW, which the
 * channel answers with a program check.
 *
 * What is translated: every CCW that chaining, TRANSFER IN CHANNEL or a status
 * modifier (PoP, "Status Modifier": the CCW 16 bytes on) can reach.
 *
 *  - Reached by chaining or TIC: needed. What the channel would answer with a
 *    program check, and what cannot be read or pinned, fails the translation.
 *  - Reached only by a status modifier: speculative. It may be the READ behind
 *    SEARCH and TIC; it may as well be no CCW at all, for most programs end
 *    behind a CCW that chains. What is wrong there becomes a zero CCW, and so
 *    gives the program check the guest would get, only if the channel comes
 *    there. What does not fit is treated alike, and never takes room from the
 *    needed CCWs: if @cut says CCW_XLAT_SPACE, a larger arena will do better.
 *    NOP, sense and Sense ID, which are the same for every device, never give a
 *    status modifier; all other commands are thought to be able to.
 *  - Needed, and entered in yet another way by a status modifier: one CCW, and
 *    so one list of addresses for both. One that moves no data the way it is
 *    needed must have what it would move the other way, or fails: with the sink
 *    instead the channel would go on with wrong data.
 *
 * Memory: the arena is filled from below with what the channel reads (CCWs
 * first, IDAWs behind) and from above with bookkeeping. A program takes
 *	16 bytes for each CCW slot read. Slots come in pieces of at least
 *	   CCW_XLAT_PIECE bytes of guest memory (less only at the end of a page;
 *	   at the program's start CCW_XLAT_PIECE_FIRST, but no more than an eighth
 *	   of the arena's length), and each place where the program is not
 *	   contiguous takes 3 more;
 *	 8 bytes for each CCW that moves data, and 8 more;
 *	 8 bytes for each host IDAW, one a block touched: 4 KiB blocks, or 2 KiB
 *	   if the guest's ORB and any of its CCWs ask for 2 KiB IDAWs; blocks are
 *	   counted per CCW, and there must be room for 16 bytes with each of them;
 *	16 bytes for each run of IDAWs in one page;
 *	   and 136 or 264 bytes if a CCW of more than 2 KiB moves no data (NOP,
 *	   skip).
 * That arena length is the only bound; no number of CCWs or segments is.
 */
#ifndef VIRT_CCW_TRANSLATOR_H
#define VIRT_CCW_TRANSLATOR_H

#include "translator-types.h"

/* Bytes of the ORB that START SUBCHANNEL of a command-mode program needs. */
#define CCW_XLAT_ORB_SIZE	12

/* Guest and host frames are 4 KiB. */
#define CCW_XLAT_PAGE_SIZE	4096u

/* A piece of a program that is read, in bytes; and the first, if the arena is large. */
#define CCW_XLAT_PIECE		256u
#define CCW_XLAT_PIECE_FIRST	1024u

/* IDAWs of the longest list: 2 KiB blocks, 65,535 bytes, of the first block one. */
#define CCW_XLAT_LONGEST_LIST	33u

/* Longest run of pages handed to a pin or unpin callback at once. */
#define CCW_XLAT_RUN_MAX	256u

/* Smallest arena ccw_xlat_fetch() accepts; enough for a one-CCW program. */
#define CCW_XLAT_ARENA_MIN	2048u

/* host_page[] entry of a page that is not pinned. */
#define CCW_XLAT_UNPINNED	(~(u64)0)

/**
 * enum ccw_xlat_reason - why a translation failed, or a speculative CCW was cut
 * @CCW_XLAT_OK: nothing to report
 * @CCW_XLAT_ARENA: arena or sink misaligned, too small or above 2 GiB (-ERANGE)
 * @CCW_XLAT_ORB_TRANSPORT: transport-mode ORB (-EOPNOTSUPP)
 * @CCW_XLAT_ORB_MIDAW: ORB with modified CCW indirect addressing (-EOPNOTSUPP)
 * @CCW_XLAT_ORB_RESERVED: reserved ORB bit is one (-EOPNOTSUPP)
 * @CCW_XLAT_CPA: channel-program address or next CCW not on a doubleword, or
 *	beyond 16 MiB (format 0) or 2 GiB (format 1) (-EINVAL)
 * @CCW_XLAT_FIRST_TIC: the program begins with a TIC (-EINVAL)
 * @CCW_XLAT_TIC_TO_TIC: a TIC designates a TIC, perhaps itself (-EINVAL)
 * @CCW_XLAT_TIC_FORMAT: format-1 TIC with bits 8-32 not zero (-EINVAL)
 * @CCW_XLAT_COMMAND: invalid command code (-EINVAL)
 * @CCW_XLAT_COUNT: count zero where it must not be (-EINVAL)
 * @CCW_XLAT_MIDA: CCW with the MIDA flag (-EINVAL)
 * @CCW_XLAT_DATA_ADDRESS: data or IDAL address out of range (-EINVAL)
 * @CCW_XLAT_IDAW: IDAL address or IDAW misaligned or out of range (-EINVAL)
 * @CCW_XLAT_DIRECTION: a CCW can be entered both forward and backward (-EINVAL)
 * @CCW_XLAT_READ_CCW: guest memory of a CCW not readable (-EFAULT)
 * @CCW_XLAT_READ_IDAW: guest memory of an IDAW not readable (-EFAULT)
 * @CCW_XLAT_PIN: a data page could not be pinned (-EFAULT)
 * @CCW_XLAT_SPACE: the arena is full (-ENOSPC); a larger one may do
 * @CCW_XLAT_CHANGED: the guest has changed more of a CCW than its suspend flag
 *	since the program was started (-EOPNOTSUPP)
 */
enum ccw_xlat_reason {
	CCW_XLAT_OK,
	CCW_XLAT_ARENA,
	CCW_XLAT_ORB_TRANSPORT,
	CCW_XLAT_ORB_MIDAW,
	CCW_XLAT_ORB_RESERVED,
	CCW_XLAT_CPA,
	CCW_XLAT_FIRST_TIC,
	CCW_XLAT_TIC_TO_TIC,
	CCW_XLAT_TIC_FORMAT,
	CCW_XLAT_COMMAND,
	CCW_XLAT_COUNT,
	CCW_XLAT_MIDA,
	CCW_XLAT_DATA_ADDRESS,
	CCW_XLAT_IDAW,
	CCW_XLAT_DIRECTION,
	CCW_XLAT_READ_CCW,
	CCW_XLAT_READ_IDAW,
	CCW_XLAT_PIN,
	CCW_XLAT_SPACE,
	CCW_XLAT_CHANGED,
};

/**
 * struct ccw_xlat_detail - what went wrong, and where
 * @reason: why
 * @guest_ccw: guest absolute address of the CCW concerned; the ORB's
 *	channel-program address while no CCW is known
 */
struct ccw_xlat_detail {
	enum ccw_xlat_reason reason;
	u32 guest_ccw;
};

/**
 * struct ccw_xlat_arena - memory the host program is built in
 * @cpu: where the CPU sees it, aligned to 8
 * @abs: host absolute address of @cpu, aligned to 8; the whole arena lies below
 *	2 GiB, for CCWs hold 31-bit addresses
 * @len: bytes, a multiple of 8, at least CCW_XLAT_ARENA_MIN
 * @sink: host absolute address of a 4 KiB page below 2 GiB, aligned to 4096:
 *	CCWs that move no data designate it, so that a device that does move some
 *	reaches nothing else. It should be all zeros and must not be shared
 *	between guests.
 *
 * All three stay the caller's and must not change while the program may run.
 * The arena needs no initialisation.
 */
struct ccw_xlat_arena {
	void *cpu;
	u64 abs;
	u32 len;
	u64 sink;
};

/**
 * ccw_xlat_read_fn - read guest memory
 * @ctx: the caller's
 * @gpa: guest absolute address
 * @buf: where to
 * @len: bytes, 1 to 4096; [@gpa, @gpa + @len) never crosses a 4 KiB boundary
 *
 * Return: 0, or any -errno if a byte of it cannot be read.
 */
typedef int (*ccw_xlat_read_fn)(void *ctx, u64 gpa, void *buf, u32 len);

/**
 * ccw_xlat_pin_fn - pin a run of contiguous guest pages
 * @ctx: the caller's
 * @gpa: guest absolute address of the first page, aligned to 4096
 * @npages: pages, 1 to CCW_XLAT_RUN_MAX
 * @host: @npages entries for the host absolute addresses of the pages, aligned
 *	to 4096. May hold anything in between (an array of struct page pointers,
 *	say: the entries are 64 bits wide and contiguous).
 *
 * All or nothing: on failure no page of the run stays pinned.
 *
 * Return: 0 or -errno.
 */
typedef int (*ccw_xlat_pin_fn)(void *ctx, u64 gpa, u32 npages, u64 *host);

/**
 * ccw_xlat_unpin_fn - unpin a run of contiguous guest pages
 * @ctx: the caller's
 * @gpa: guest absolute address of the first page, aligned to 4096
 * @npages: pages, 1 to CCW_XLAT_RUN_MAX
 */
typedef void (*ccw_xlat_unpin_fn)(void *ctx, u64 gpa, u32 npages);

/**
 * struct ccw_xlat - one translation
 * @guest_page: guest absolute addresses of the data pages, ascending, each
 *	once; in the arena. Valid after ccw_xlat_fetch().
 * @host_page: the host absolute address of each, or CCW_XLAT_UNPINNED; in the
 *	arena. All CCW_XLAT_UNPINNED after ccw_xlat_fetch().
 * @nr_pages: entries in both
 * @nr_ccws: CCWs translated, TICs aside, for statistics
 * @nr_bytes: bytes of guest data they designate, likewise
 * @error: why the last call failed
 * @cut: the first speculative CCW that became a zero CCW, for a debug message;
 *	its reason is CCW_XLAT_OK if none did
 * @prefetch_forced: the guest did not allow prefetching, yet its program was
 *	read in advance: worth one message per device
 * @cpa: guest channel-program address
 * @arena: the caller's arena; private from here on
 * @first_note: note of slot 0, at the end of the arena
 * @orb_flags: host ORB word 1
 * @host_cpa: host absolute address of the program
 * @format1: guest CCWs are format 1
 * @format2_idaws: guest IDAWs are format 2 (64 bits)
 * @indirect: some guest CCW has an IDAL
 * @linked: some link is in use
 * @speculating: visiting speculative CCWs
 * @kept: bytes of arena that speculative CCWs must leave for needed data
 * @guest_shift: what a guest IDAW designates, as a power of two
 * @host_shift: what a host IDAW designates, as a power of two
 * @nr_slots: CCW slots in use, counted from the start of the arena
 * @last_head: slot of the head of the newest segment
 * @near_head: slot of the head of the segment last looked at
 * @to_follow: slot of the first CCW in the list of those whose status modifier
 *	is to be followed
 * @low: arena offset of the first free byte above CCWs and IDAWs
 * @sink_forward: address of the IDAL for much forward data to nowhere, or 0
 * @sink_backward: the same for READ BACKWARD
 * @ahead_guest: guest address of the IDAWs last read
 * @ahead_bytes: how many bytes of them are in @ahead
 * @read: the reader, while fetching or refreshing
 * @read_ctx: its context
 * @ahead: IDAWs, as the guest has them; last, for it is not cleared
 */
struct ccw_xlat {
	u64 *guest_page;
	u64 *host_page;
	u32 nr_pages;
	u32 nr_ccws;
	u32 nr_bytes;
	struct ccw_xlat_detail error;
	struct ccw_xlat_detail cut;
	bool prefetch_forced;
	u32 cpa;

	/* private: */
	struct ccw_xlat_arena arena;
	void *first_note;
	u32 orb_flags;
	u32 host_cpa;
	bool format1;
	bool format2_idaws;
	bool indirect;
	bool linked;
	bool speculating;
	u32 kept;
	u32 guest_shift;
	u32 host_shift;
	u32 nr_slots;
	u32 last_head;
	u32 near_head;
	u32 to_follow;
	u32 low;
	u32 sink_forward;
	u32 sink_backward;
	u64 ahead_guest;
	u32 ahead_bytes;
	ccw_xlat_read_fn read;
	void *read_ctx;
	u8 ahead[CCW_XLAT_LONGEST_LIST * 8];
};

/**
 * ccw_xlat_fetch - read a guest's channel program
 * @x: the translation; what it held is forgotten, so unpin first
 * @arena: where to build the host program; copied, not kept
 * @orb: the guest's ORB, CCW_XLAT_ORB_SIZE bytes, big-endian
 * @read: reads guest memory; called for each piece once, page by page
 * @ctx: for @read
 *
 * ORB bits are taken over by whitelist, see ccw_xlat_host_orb(). Prefetch
 * control (P) need not be on: guests whose programs do not change themselves
 * run all the same, as they do with other implementations of vfio-ccw.
 *
 * Return: 0; -ERANGE, -EOPNOTSUPP, -EINVAL, -EFAULT or -ENOSPC with @x->error
 * telling more. After a failure @x is empty: there are no pages, and every
 * other call is safe.
 */
int ccw_xlat_fetch(struct ccw_xlat *x, const struct ccw_xlat_arena *arena,
		   const u8 *orb, ccw_xlat_read_fn read, void *ctx);

/**
 * ccw_xlat_pin - pin the pages a fetched program needs
 * @x: a fetched translation
 * @pin: pins a run; called again page by page for a run that fails
 * @ctx: for @pin
 *
 * Pages that cannot be pinned stay CCW_XLAT_UNPINNED: ccw_xlat_build() knows
 * whether that matters.
 *
 * Return: 0, or the first -errno of @pin that is not about one page (-EFAULT,
 * -EINVAL, -ENOENT, -EPERM) but about all: a signal, a limit on locked memory.
 * Then pinning stopped there.
 */
int ccw_xlat_pin(struct ccw_xlat *x, ccw_xlat_pin_fn pin, void *ctx);

/**
 * ccw_xlat_unpin - give back every pinned page
 * @x: a translation that ccw_xlat_fetch() has seen, in any state
 * @unpin: unpins a run
 * @ctx: for @unpin
 *
 * Each page is given back once, however often this is called. Host addresses
 * can still be translated afterwards by ccw_xlat_guest_cpa().
 */
void ccw_xlat_unpin(struct ccw_xlat *x, ccw_xlat_unpin_fn unpin, void *ctx);

/**
 * ccw_xlat_build - finish the host program
 * @x: a fetched translation whose host_page[] is filled; call once
 *
 * Return: 0, or -EFAULT if a needed page is not pinned (see @x->error); then
 * the program must not be started.
 */
int ccw_xlat_build(struct ccw_xlat *x);

/**
 * ccw_xlat_host_orb - the ORB that starts the host program
 * @x: a built translation
 * @orb: CCW_XLAT_ORB_SIZE bytes, big-endian
 *
 * The caller puts in what is its own: the interruption parameter and the key
 * (both zero here) and, if the guest's is zero or too wide, the logical-path
 * mask.
 */
void ccw_xlat_host_orb(const struct ccw_xlat *x, u8 *orb);

/**
 * ccw_xlat_refresh_suspend - take over suspend flags the guest has changed
 * @x: a built translation, running or suspended
 * @read: reads guest memory; called for each CCW once
 * @ctx: for @read
 *
 * For RESUME SUBCHANNEL (PoP, "Suspension of Channel-Program Execution"): a
 * guest resumes after it has turned off the flag of one CCW, often while it
 * turns on that of another. New flags are on before old ones are off, so that a
 * program that is not suspended yet stops at either. Nothing else of the host
 * program changes: whatever else of a needed CCW has changed is refused. A
 * speculative CCW that has changed or cannot be read stays as it is.
 *
 * Return: 0; -EFAULT or -EOPNOTSUPP with @x->error telling more, and then the
 * host program is as before.
 */
int ccw_xlat_refresh_suspend(struct ccw_xlat *x, ccw_xlat_read_fn read, void *ctx);

/**
 * ccw_xlat_guest_cpa - the guest's view of the CCW address in an SCSW
 * @x: the translation the interrupt belongs to
 * @host_cpa: CCW address of the SCSW, normally 8 behind the last CCW used; any
 *	value is safe
 *
 * Return: the guest absolute address, or 0 if @host_cpa is not in the host
 * program.
 */
u32 ccw_xlat_guest_cpa(const struct ccw_xlat *x, u32 host_cpa);

/**
 * ccw_xlat_uses - does a program need pages of a range of guest memory
 * @x: a fetched translation
 * @gpa: start of the range, guest absolute
 * @len: bytes
 *
 * Return: true if any of guest_page[], pinned or about to be, lies in it.
 */
bool ccw_xlat_uses(const struct ccw_xlat *x, u64 gpa, u64 len);

/**
 * ccw_xlat_reason_text - a reason in words, for logs
 * @reason: any value
 *
 * Return: a constant string, never NULL.
 */
const char *ccw_xlat_reason_text(enum ccw_xlat_reason reason);

#endif
