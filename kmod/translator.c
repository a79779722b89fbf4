// SPDX-License-Identifier: GPL-2.0-only
/*
 * The translator's interface: ORBs, the order of the steps, pinning, and the
 * way back from host CCW addresses to the guest's.
 */
#include "translator-internal.h"

/*
 * ORB word 1 (PoP, "Operation-Request Block"). Bit numbers count from the left.
 *
 * From the guest:
 *	 4	S suspend control
 *	 7	Y synchronization control
 *	10	I initial-status-interruption control
 *	11	A address-limit-checking control
 *	12	U suppress-suspended-interruption control
 *	16-23	LPM logical-path mask
 *	24	L incorrect-length-suppression mode
 * Ours:
 *	 8	F format control: host CCWs are format 1
 *	 9	P prefetch control: the host program does not change
 *	14	H format-2-IDAW control: host IDAWs are 64 bits
 *	15	T 2K-IDAW control, as the block size requires
 * Dropped:
 *	 0-3	key: the caller's; the guest's storage keys are not the host's
 *	 5	C streaming-mode control: a hint
 *	 6	M modification control: the host program does not change
 *	31	X ORB-extension control: a 12-byte ORB has no extension
 * Refused:
 *	13	B channel-program-type control: transport mode
 *	25	D modified-CCW-indirect-data-addressing control
 *	26-30	reserved
 */
#define ORB_SUSPEND		0x08000000u
#define ORB_SYNCHRONIZE		0x01000000u
#define ORB_FORMAT		0x00800000u
#define ORB_PREFETCH		0x00400000u
#define ORB_INITIAL_STATUS	0x00200000u
#define ORB_ADDRESS_LIMIT	0x00100000u
#define ORB_SUPPRESS_SUSPENDED	0x00080000u
#define ORB_TRANSPORT		0x00040000u
#define ORB_FORMAT2_IDAW	0x00020000u
#define ORB_2K_IDAW		0x00010000u
#define ORB_PATH_MASK		0x0000ff00u
#define ORB_SUPPRESS_LENGTH	0x00000080u
#define ORB_MIDAW		0x00000040u
#define ORB_RESERVED		0x0000003eu

#define ORB_FROM_GUEST							\
	(ORB_SUSPEND | ORB_SYNCHRONIZE | ORB_INITIAL_STATUS |		\
	 ORB_ADDRESS_LIMIT | ORB_SUPPRESS_SUSPENDED | ORB_PATH_MASK |	\
	 ORB_SUPPRESS_LENGTH)

#define ABSOLUTE_2G		((u64)1 << 31)

static const struct {
	int error;
	const char *text;
} reasons[] = {
	[CCW_XLAT_OK] = { 0, "no error" },
	[CCW_XLAT_ARENA] = {
		-ERANGE, "arena or sink misaligned, too small or too high" },
	[CCW_XLAT_ORB_TRANSPORT] = {
		-EOPNOTSUPP, "transport-mode ORB" },
	[CCW_XLAT_ORB_MIDAW] = {
		-EOPNOTSUPP, "ORB with modified CCW indirect data addressing" },
	[CCW_XLAT_ORB_RESERVED] = {
		-EOPNOTSUPP, "reserved ORB bit is one" },
	[CCW_XLAT_CPA] = {
		-EINVAL, "CCW address misaligned or out of range" },
	[CCW_XLAT_FIRST_TIC] = {
		-EINVAL, "program begins with a TIC" },
	[CCW_XLAT_TIC_TO_TIC] = {
		-EINVAL, "TIC designates a TIC" },
	[CCW_XLAT_TIC_FORMAT] = {
		-EINVAL, "TIC with bits that must be zero" },
	[CCW_XLAT_COMMAND] = {
		-EINVAL, "invalid command code" },
	[CCW_XLAT_COUNT] = {
		-EINVAL, "invalid count of zero" },
	[CCW_XLAT_MIDA] = {
		-EINVAL, "CCW with modified indirect data addressing" },
	[CCW_XLAT_DATA_ADDRESS] = {
		-EINVAL, "data address out of range" },
	[CCW_XLAT_IDAW] = {
		-EINVAL, "IDAW misaligned or out of range" },
	[CCW_XLAT_DIRECTION] = {
		-EINVAL, "CCW used both forward and backward" },
	[CCW_XLAT_READ_CCW] = {
		-EFAULT, "CCW not readable in guest memory" },
	[CCW_XLAT_READ_IDAW] = {
		-EFAULT, "IDAW not readable in guest memory" },
	[CCW_XLAT_PIN] = {
		-EFAULT, "data page of guest memory cannot be pinned" },
	[CCW_XLAT_SPACE] = {
		-ENOSPC, "program does not fit into the arena" },
	[CCW_XLAT_CHANGED] = {
		-EOPNOTSUPP, "CCW changed before resuming" },
};

const char *ccw_xlat_reason_text(enum ccw_xlat_reason reason)
{
	if ((unsigned int)reason > CCW_XLAT_CHANGED)
		return "unknown reason";
	return reasons[reason].text;
}

/**
 * ccw_xlat_note_cut - remember the first speculative CCW that was cut
 * @x: the translation
 * @guest_ccw: guest absolute address of the CCW
 * @reason: why
 */
void ccw_xlat_note_cut(struct ccw_xlat *x, u32 guest_ccw,
		       enum ccw_xlat_reason reason)
{
	if (x->cut.reason)
		return;
	x->cut.reason = reason;
	x->cut.guest_ccw = guest_ccw;
}

static bool arena_is_usable(const struct ccw_xlat_arena *arena)
{
	return arena->cpu &&
	       ((uintptr_t)arena->cpu | arena->abs | arena->len) % 8 == 0 &&
	       arena->len >= CCW_XLAT_ARENA_MIN &&
	       arena->abs < ABSOLUTE_2G &&
	       arena->len <= ABSOLUTE_2G - arena->abs &&
	       arena->sink < ABSOLUTE_2G &&
	       arena->sink % CCW_XLAT_PAGE_SIZE == 0;
}

static enum ccw_xlat_reason check_orb_flags(u32 flags)
{
	if (flags & ORB_TRANSPORT)
		return CCW_XLAT_ORB_TRANSPORT;
	if (flags & ORB_MIDAW)
		return CCW_XLAT_ORB_MIDAW;
	if (flags & ORB_RESERVED)
		return CCW_XLAT_ORB_RESERVED;
	return CCW_XLAT_OK;
}

static enum ccw_xlat_reason take_orb(struct ccw_xlat *x, const u8 *orb)
{
	u32 flags = load_be32(orb + 4);

	x->cpa = load_be32(orb + 8);
	x->error.guest_ccw = x->cpa;
	x->orb_flags = flags & ORB_FROM_GUEST;
	x->format1 = flags & ORB_FORMAT;
	x->format2_idaws = flags & ORB_FORMAT2_IDAW;
	x->prefetch_forced = !(flags & ORB_PREFETCH);
	/* T means something only for format-2 IDAWs; format 1 is 2 KiB. */
	x->guest_shift = x->format2_idaws && !(flags & ORB_2K_IDAW) ? BLOCK_4K : BLOCK_2K;
	/*
	 * Immediate operations of format-0 programs never give incorrect
	 * length, whatever L is; of format-1 programs they do unless L is on.
	 */
	if (!x->format1)
		x->orb_flags |= ORB_SUPPRESS_LENGTH;
	return check_orb_flags(flags);
}

static enum ccw_xlat_reason fetch(struct ccw_xlat *x, const u8 *orb)
{
	enum ccw_xlat_reason reason;

	if (!arena_is_usable(&x->arena))
		return CCW_XLAT_ARENA;
	reason = take_orb(x, orb);
	if (reason)
		return reason;
	reason = ccw_xlat_read_program(x);
	if (reason)
		return reason;
	return ccw_xlat_read_data(x);
}

/* Records how a step ended. Return: 0 or -errno. */
static int finish(struct ccw_xlat *x, enum ccw_xlat_reason reason)
{
	x->error.reason = reason;
	if (!reason)
		x->error.guest_ccw = 0;
	return reasons[reason].error;
}

int ccw_xlat_fetch(struct ccw_xlat *x, const struct ccw_xlat_arena *arena,
		   const u8 *orb, ccw_xlat_read_fn read, void *ctx)
{
	enum ccw_xlat_reason reason;

	memset(x, 0, offsetof(struct ccw_xlat, ahead));
	x->arena = *arena;
	x->read = read;
	x->read_ctx = ctx;
	reason = fetch(x, orb);
	x->read = NULL;
	x->read_ctx = NULL;
	if (reason) {
		x->nr_slots = 0;
		x->nr_pages = 0;
		x->low = 0;
	}
	return finish(x, reason);
}

static bool is_pinned(u64 host)
{
	return host != CCW_XLAT_UNPINNED;
}

/*
 * Marks the run of pages from @first on, which are pinned or not, as not pinned.
 * Inline, so that there is a loop for either: this is a good part of what a page
 * costs. Return: how many there are.
 */
static inline u32 take_run(struct ccw_xlat *x, u32 first, const bool pinned)
{
	const u64 *const start = x->guest_page + first;
	const u64 *guest = start;
	u64 *host = x->host_page + first;
	u32 most = x->nr_pages - first;
	u64 next = *guest;
	const u64 *end;

	if (most > CCW_XLAT_RUN_MAX)
		most = CCW_XLAT_RUN_MAX;
	for (end = start + most; guest < end; guest++, host++, next += CCW_XLAT_PAGE_SIZE) {
		if (*guest != next || is_pinned(*host) != pinned)
			break;
		if (pinned)
			*host = CCW_XLAT_UNPINNED;
	}
	return (u32)(guest - start);
}

static bool error_is_about_a_page(int error)
{
	return error == -EFAULT || error == -EINVAL || error == -ENOENT ||
	       error == -EPERM;
}

static int pin_run(struct ccw_xlat *x, u32 first, u32 length,
		   ccw_xlat_pin_fn pin, void *ctx)
{
	u64 *host = &x->host_page[first];
	int ret = pin(ctx, x->guest_page[first], length, host);
	u32 i;

	if (ret)
		for (i = 0; i < length; i++)
			host[i] = CCW_XLAT_UNPINNED;
	return ret;
}

/* One bad page must not keep its neighbours from being pinned. */
static int pin_singly(struct ccw_xlat *x, u32 first, u32 length,
		      ccw_xlat_pin_fn pin, void *ctx)
{
	int ret;
	u32 i;

	for (i = 0; i < length; i++) {
		ret = pin_run(x, first + i, 1, pin, ctx);
		if (ret && !error_is_about_a_page(ret))
			return ret;
	}
	return 0;
}

int ccw_xlat_pin(struct ccw_xlat *x, ccw_xlat_pin_fn pin, void *ctx)
{
	u32 first, length;
	int ret;

	for (first = 0; first < x->nr_pages; first += length ? length : 1) {
		length = take_run(x, first, false);
		if (!length)
			continue;
		ret = pin_run(x, first, length, pin, ctx);
		if (ret && error_is_about_a_page(ret) && length > 1)
			ret = pin_singly(x, first, length, pin, ctx);
		if (ret && !error_is_about_a_page(ret))
			return ret;
	}
	return 0;
}

void ccw_xlat_unpin(struct ccw_xlat *x, ccw_xlat_unpin_fn unpin, void *ctx)
{
	u32 first, length;

	for (first = 0; first < x->nr_pages; first += length ? length : 1) {
		length = take_run(x, first, true);
		if (!length)
			continue;
		unpin(ctx, x->guest_page[first], length);
	}
}

int ccw_xlat_build(struct ccw_xlat *x)
{
	return finish(x, ccw_xlat_translate_data(x));
}

void ccw_xlat_host_orb(const struct ccw_xlat *x, u8 *orb)
{
	u32 flags = x->orb_flags | ORB_FORMAT | ORB_PREFETCH | ORB_FORMAT2_IDAW;

	if (x->host_shift == BLOCK_2K)
		flags |= ORB_2K_IDAW;
	store_be32(orb, 0);
	store_be32(orb + 4, flags);
	store_be32(orb + 8, x->host_cpa);
}

int ccw_xlat_refresh_suspend(struct ccw_xlat *x, ccw_xlat_read_fn read, void *ctx)
{
	enum ccw_xlat_reason reason;

	x->read = read;
	x->read_ctx = ctx;
	reason = ccw_xlat_reread_suspend(x);
	x->read = NULL;
	x->read_ctx = NULL;
	return finish(x, reason);
}

u32 ccw_xlat_guest_cpa(const struct ccw_xlat *x, u32 host_cpa)
{
	u32 offset = host_cpa - arena_abs(x, 0);
	u32 slot = offset / CCW_SIZE;
	u32 head;

	if (offset % CCW_SIZE || !slot || slot >= x->nr_slots)
		return 0;
	/* A CCW's own address, or the one behind the last link. */
	for_each_segment(x, head)
		if (slot <= next_segment(x, head))
			return guest_in_segment(x, head, slot);
	return 0;
}

bool ccw_xlat_uses(const struct ccw_xlat *x, u64 gpa, u64 len)
{
	u32 i;

	for (i = 0; i < x->nr_pages; i++) {
		if (x->guest_page[i] >= gpa) {
			if (x->guest_page[i] - gpa < len)
				return true;
		} else if (len && gpa - x->guest_page[i] < CCW_XLAT_PAGE_SIZE) {
			return true;
		}
	}
	return false;
}
