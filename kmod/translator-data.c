// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data a channel program moves: gives each CCW that moves some a list of
 * IDAWs of its own (guest addresses at first), collects the guest pages these
 * need, and in the end puts the host's addresses in.
 *
 * A host CCW that moves data designates an IDAL, for a CCW by itself could not
 * address memory above 2 GiB, nor pages that are not contiguous. One that moves
 * none designates the sink.
 */
#include "translator-internal.h"

/* The largest count of a CCW. */
#define MAX_COUNT		65535u

/* So much the sink has on either side of its middle, whichever way data goes. */
#define SINK_HALF		(CCW_XLAT_PAGE_SIZE / 2)

/* Bytes of arena that one IDAW may take: itself, and its page in two arrays. */
#define IDAW_COST		(IDAW_SIZE + 2 * (u32)sizeof(u64))

/* A CCW whose data is being looked at. */
struct data_ccw {
	u8 *ccw;
	u32 slot;
	u32 word;	/* the first of the CCW */
	u32 address;	/* the second */
	u32 count;
	u8 operations;
	bool backward;
};

/*
 * IDAWs for @count bytes from @first on. The first IDAW may point anywhere into
 * its block, the others stand at the end of theirs where data begins (PoP,
 * "CCW Indirect Data Addressing").
 */
static u32 idaws_for(u64 first, u32 count, bool backward, u32 shift)
{
	u32 mask = (1u << shift) - 1;
	u32 before = (u32)first & mask;

	/* Blocks up to the last byte, from the end of the first where it begins. */
	if (backward)
		before ^= mask;
	return (before + count + mask) >> shift;
}

static u32 most_idaws_for(u32 count, u32 shift)
{
	return 1 + ((count + (1u << shift) - 2) >> shift);
}

/* Room left between lists and the two arrays of pages. */
static u32 free_bytes(const struct ccw_xlat *x)
{
	u32 pages = (u32)((u8 *)x->guest_page - (u8 *)x->arena.cpu);

	return pages - x->nr_pages * (u32)sizeof(u64) - x->low;
}

/* Is there room for a list and all the pages that it may need? */
static bool room_for(const struct ccw_xlat *x, u32 idaws)
{
	return free_bytes(x) >= 2 * HEAD_SIZE + idaws * IDAW_COST;
}

static u8 *next_list(const struct ccw_xlat *x)
{
	return arena_at(x, x->low + HEAD_SIZE);
}

/*
 * Keeps the list of so many IDAWs that was made behind all others. @slot is its
 * CCW, or NO_SLOT. Return: the IDAL's address.
 */
static u32 keep_list(struct ccw_xlat *x, u32 slot, u32 idaws)
{
	u64 translate = slot == NO_SLOT ? 0 : idaws;
	u32 idal = x->low + HEAD_SIZE;

	store_be64(arena_at(x, x->low), (u64)slot << HEAD_SLOT_SHIFT |
		   translate << HEAD_IDAWS_SHIFT | idaws);
	x->low = idal + idaws * IDAW_SIZE;
	store_be64(arena_at(x, x->low), 1);
	return arena_abs(x, idal);
}

static u64 page_of(u64 address)
{
	return address & ~(u64)PAGE_OFFSET_MASK;
}

/* What is in order, as most is, comes here once. */
static void add_page(struct ccw_xlat *x, u64 page)
{
	if (x->nr_pages && *x->guest_page == page)
		return;
	x->nr_pages++;
	*--x->guest_page = page;
}

/* Direct addressing: the blocks from the CCW's address on, up or down. */
static enum ccw_xlat_reason list_blocks(struct ccw_xlat *x, const struct data_ccw *data, u32 *nr)
{
	u32 mask = (1u << x->host_shift) - 1;
	u32 address = data->address;
	u8 *idaw = next_list(x);
	u32 i;

	if (address >= guest_limit(x) ||
	    (data->backward ? data->count > address + 1 :
			      data->count > guest_limit(x) - address))
		return CCW_XLAT_DATA_ADDRESS;
	*nr = idaws_for(address, data->count, data->backward, x->host_shift);
	if (!room_for(x, *nr))
		return CCW_XLAT_SPACE;
	for (i = *nr; i; i--, idaw += IDAW_SIZE) {
		store_be64(idaw, address);
		add_page(x, page_of(address));
		address = data->backward ? (address & ~mask) - 1 : (address | mask) + 1;
	}
	return CCW_XLAT_OK;
}

/* Reads words of an IDAL that are in one page. */
static inline enum ccw_xlat_reason read_some_idaws(struct ccw_xlat *x, u64 guest, u8 *to,
						   u32 bytes)
{
	if (guest >= guest_limit(x))
		return CCW_XLAT_DATA_ADDRESS;
	if (x->read(x->read_ctx, guest, to, bytes))
		return CCW_XLAT_READ_IDAW;
	return CCW_XLAT_OK;
}

/*
 * As many words as the longest list has, but not beyond their page: that is as
 * readable as the first word is.
 */
static enum ccw_xlat_reason read_ahead(struct ccw_xlat *x, u64 guest)
{
	u32 most = CCW_XLAT_LONGEST_LIST * (x->format2_idaws ? 8 : 4);
	u32 bytes = most < page_rest(guest) ? most : page_rest(guest);
	enum ccw_xlat_reason reason = read_some_idaws(x, guest, x->ahead, bytes);

	x->ahead_bytes = reason ? 0 : bytes;
	return reason;
}

/*
 * The words an IDAL begins with, in one page. Lists of one program are most often
 * side by side: from the second of these on, those that a reading has brought
 * along take none of their own.
 */
static enum ccw_xlat_reason read_first_idaws(struct ccw_xlat *x, u64 guest, u8 *to, u32 bytes)
{
	u64 at = guest - x->ahead_guest;
	enum ccw_xlat_reason reason;

	if (at < x->ahead_bytes && bytes <= x->ahead_bytes - at) {
		memcpy(to, x->ahead + at, bytes);
		return CCW_XLAT_OK;
	}
	x->ahead_guest = guest;
	x->ahead_bytes = 0;
	if (at > sizeof(x->ahead))
		return read_some_idaws(x, guest, to, bytes);
	reason = read_ahead(x, guest);
	if (!reason)
		memcpy(to, x->ahead, bytes);
	return reason;
}

/* Reads words of an IDAL, page by page. */
static enum ccw_xlat_reason read_idaws(struct ccw_xlat *x, u64 guest, u8 *to, u32 bytes)
{
	enum ccw_xlat_reason reason;
	u32 piece;

	for (; bytes; bytes -= piece, guest += piece, to += piece) {
		piece = bytes < page_rest(guest) ? bytes : page_rest(guest);
		reason = read_some_idaws(x, guest, to, piece);
		if (reason)
			return reason;
	}
	return CCW_XLAT_OK;
}

/*
 * Reads a guest's IDAL to @to, every word once. How many words there are is
 * known only from the first; as many as there may be come with it, but not
 * those beyond its page.
 */
static enum ccw_xlat_reason read_idal(struct ccw_xlat *x, const struct data_ccw *data, u8 *to,
				      u32 most, u32 *nr)
{
	u32 size = x->format2_idaws ? 8 : 4;
	u32 got = page_rest(data->address) / size;
	enum ccw_xlat_reason reason;

	if (data->address % size)
		return CCW_XLAT_IDAW;
	if (got > most)
		got = most;
	reason = read_first_idaws(x, data->address, to, got * size);
	if (reason)
		return reason;
	*nr = idaws_for(size == 8 ? load_be64(to) : load_be32(to), data->count,
			data->backward, x->guest_shift);
	if (*nr <= got)
		return CCW_XLAT_OK;
	return read_idaws(x, data->address + got * size, to + got * size, (*nr - got) * size);
}

/* Format-1 IDAWs at the far end of a list become format-2 IDAWs from its start. */
static bool widen_idaws(const u8 *words, u8 *idaw, u32 nr)
{
	u32 word;

	for (; nr; nr--, words += 4, idaw += IDAW_SIZE) {
		word = load_be32(words);
		if (word >> 31)
			return false;
		store_be64(idaw, word);
	}
	return true;
}

/*
 * Indirect addressing: host IDAWs stand for the same blocks as the guest's, so
 * there are as many. All but the first begin at the end of their blocks (PoP,
 * "Invalid IDAW").
 */
static enum ccw_xlat_reason copy_idal(struct ccw_xlat *x, const struct data_ccw *data, u32 *nr)
{
	u32 most = most_idaws_for(data->count, x->guest_shift);
	u32 mask = (1u << x->guest_shift) - 1;
	u32 start = data->backward ? mask : 0;
	u8 *idaw = next_list(x);
	u8 *words = x->format2_idaws ? idaw : idaw + most * (IDAW_SIZE - 4);
	enum ccw_xlat_reason reason;
	u64 address;
	u32 i;

	if (!room_for(x, most))
		return CCW_XLAT_SPACE;
	reason = read_idal(x, data, words, most, nr);
	if (reason)
		return reason;
	if (words != idaw && !widen_idaws(words, idaw, *nr))
		return CCW_XLAT_IDAW;
	for (i = 0; i < *nr; i++, idaw += IDAW_SIZE) {
		address = load_be64(idaw);
		if (i && ((u32)address & mask) != start)
			return CCW_XLAT_IDAW;
		add_page(x, page_of(address));
	}
	return CCW_XLAT_OK;
}

/*
 * A list long enough for any count, every IDAW of which is the sink. All CCWs
 * that need one share it, or one for each direction.
 */
static enum ccw_xlat_reason use_sink_list(struct ccw_xlat *x, const struct data_ccw *data)
{
	u32 *shared = data->backward ? &x->sink_backward : &x->sink_forward;
	u32 nr = (MAX_COUNT >> x->host_shift) + 1;
	u64 address = x->arena.sink + (data->backward ? (1u << x->host_shift) - 1 : 0);
	u8 *idaw = next_list(x);
	u32 i;

	if (!*shared) {
		if (!room_for(x, nr))
			return CCW_XLAT_SPACE;
		for (i = 0; i < nr; i++, idaw += IDAW_SIZE)
			store_be64(idaw, address);
		*shared = keep_list(x, NO_SLOT, nr);
	}
	set_ccw(data->ccw, data->word | CCW_INDIRECT, *shared);
	return CCW_XLAT_OK;
}

static enum ccw_xlat_reason use_guest_pages(struct ccw_xlat *x, const struct data_ccw *data)
{
	enum ccw_xlat_reason reason;
	u32 nr;

	if (data->word & CCW_INDIRECT)
		reason = copy_idal(x, data, &nr);
	else
		reason = list_blocks(x, data, &nr);
	if (reason)
		return reason;
	x->nr_bytes += data->count;
	set_ccw(data->ccw, data->word | CCW_INDIRECT, keep_list(x, data->slot, nr));
	return CCW_XLAT_OK;
}

/* ENTER_ bits of what a CCW may be executed as. */
static inline u8 operations_of(u32 word, u8 entered)
{
	u8 operations = entered & ENTER_DATA;

	if (entered & ENTER_COMMAND)
		operations |= command_operation(word_command(word));
	return operations;
}

/* PoP, "Skip": the flag means something only where data comes in. */
static inline bool moves_data(u32 word, u8 operations)
{
	if (!(word & CCW_COUNT))
		return false;
	if (operations & ENTER_OUTPUT)
		return true;
	return operations & (ENTER_INPUT | ENTER_BACKWARD) && !(word & CCW_SKIP);
}

static bool both_directions(const struct data_ccw *data)
{
	return data->backward && data->operations != ENTER_BACKWARD;
}

/*
 * A CCW that moves data and is entered both forward and backward goes the way it
 * is needed. What moves nothing that way does with any list: the others have it.
 * Should the channel come the other way, the first IDAW serves both, and behind
 * it is a program check, be it an IDAW on the wrong side of its block or a head.
 */
static enum ccw_xlat_reason settle_direction(struct ccw_xlat *x, struct data_ccw *data)
{
	u8 needed = slot_note(x, data->slot)->ccw.needed;

	if (!needed)
		return CCW_XLAT_DIRECTION;
	ccw_xlat_note_cut(x, ccw_xlat_slot_guest(x, data->slot), CCW_XLAT_DIRECTION);
	data->operations = operations_of(data->word, needed);
	if (!moves_data(data->word, data->operations))
		data->operations = data->word & CCW_SKIP ? ENTER_OUTPUT : ENTER_BACKWARD;
	data->backward = data->operations & ENTER_BACKWARD;
	return both_directions(data) ? CCW_XLAT_DIRECTION : CCW_XLAT_OK;
}

static enum ccw_xlat_reason list_data(struct ccw_xlat *x, u32 slot, u8 *ccw, u8 operations)
{
	u32 word = ccw_word(ccw);
	struct data_ccw data = {
		.ccw = ccw,
		.slot = slot,
		.word = word,
		.address = ccw_address(ccw),
		.count = word & CCW_COUNT,
		.operations = operations,
		.backward = operations & ENTER_BACKWARD,
	};
	enum ccw_xlat_reason reason = CCW_XLAT_OK;

	if (!moves_data(word, operations))
		return use_sink_list(x, &data);
	if (both_directions(&data))
		reason = settle_direction(x, &data);
	if (reason)
		return reason;
	return use_guest_pages(x, &data);
}

/*
 * Makes the host's CCW of the guest's. What one that moves no data would move
 * lies around the middle of the sink, whichever way it went.
 */
static inline enum ccw_xlat_reason finish_ccw(struct ccw_xlat *x, u32 slot, u8 *ccw,
					      union slot_note *note)
{
	u32 word = ccw_word(ccw);
	u8 operations = operations_of(word, note->ccw.entered);

	x->nr_ccws++;
	note->ccw.next = ccw_address(ccw);
	if (word & CCW_INDIRECT)
		note->ccw.flags |= NOTE_INDIRECT;
	if (moves_data(word, operations) || (word & CCW_COUNT) > SINK_HALF)
		return list_data(x, slot, ccw, operations);
	set_ccw(ccw, word & ~CCW_INDIRECT, (u32)x->arena.sink + SINK_HALF);
	return CCW_XLAT_OK;
}

static void point_tic(const struct ccw_xlat *x, u8 *ccw, u32 target)
{
	set_ccw(ccw, (u32)CCW_COMMAND_TIC << 24, arena_abs(x, target * CCW_SIZE));
}

/* What a link stands for may be a TIC itself: TIC to TIC would be invalid. */
static void finish_link(struct ccw_xlat *x, u32 slot)
{
	union slot_note *note = slot_note(x, slot);
	const u8 *target = slot_ccw(x, note->ccw.next);

	if (!note->ccw.entered)
		return;
	if (word_is_tic(ccw_word(target)))
		memcpy(slot_ccw(x, slot), target, CCW_SIZE);
	else
		point_tic(x, slot_ccw(x, slot), note->ccw.next);
}

static void finish_links(struct ccw_xlat *x)
{
	u32 head, slot;

	for_each_segment(x, head)
		for (slot = first_link(x, head); slot < next_segment(x, head); slot++)
			finish_link(x, slot);
}

static void cut_slot(struct ccw_xlat *x, u32 slot, enum ccw_xlat_reason reason)
{
	slot_note(x, slot)->ccw.flags |= NOTE_CUT;
	set_ccw(slot_ccw(x, slot), 0, 0);
	ccw_xlat_note_cut(x, ccw_xlat_slot_guest(x, slot), reason);
}

/* A speculative CCW that fails must not leave anything to pin behind. */
static void finish_speculative_slot(struct ccw_xlat *x, u32 slot)
{
	union slot_note *note = slot_note(x, slot);
	u8 *ccw = slot_ccw(x, slot);
	u64 *guest_page = x->guest_page;
	u32 nr_pages = x->nr_pages;
	enum ccw_xlat_reason reason;

	if (!slot_is_live(x, slot)) {
		set_ccw(ccw, 0, 0);
		return;
	}
	if (word_is_tic(ccw_word(ccw))) {
		point_tic(x, ccw, note->ccw.next);
		return;
	}
	reason = finish_ccw(x, slot, ccw, note);
	if (!reason)
		return;
	x->guest_page = guest_page;
	x->nr_pages = nr_pages;
	cut_slot(x, slot, reason);
}

/* All slots from @first on that are not needed. */
static void finish_other_slots(struct ccw_xlat *x, u32 first)
{
	u32 head, slot, end;

	for_each_segment(x, head) {
		end = segment_reach(x, head);
		for (slot = first > head ? first : head + 1; slot < end; slot++)
			if (!slot_note(x, slot)->ccw.needed)
				finish_speculative_slot(x, slot);
	}
}

/* The first slot that is not needed goes to @other, if it has none yet. */
static enum ccw_xlat_reason finish_needed_slots(struct ccw_xlat *x, u32 head, u32 *other)
{
	const u32 end = segment_reach(x, head);
	union slot_note *note = slot_note(x, head);
	u8 *ccw = slot_ccw(x, head);
	enum ccw_xlat_reason reason;
	u32 slot;

	for (slot = head + 1; slot < end; slot++) {
		note--;
		ccw += CCW_SIZE;
		if (!note->ccw.needed) {
			*other = *other == NO_SLOT ? slot : *other;
			continue;
		}
		if (word_is_tic(ccw_word(ccw))) {
			point_tic(x, ccw, note->ccw.next);
			continue;
		}
		reason = finish_ccw(x, slot, ccw, note);
		if (!reason)
			continue;
		x->error.guest_ccw = guest_in_segment(x, head, slot);
		return reason;
	}
	memset(slot_ccw(x, end), 0, (first_link(x, head) - end) * CCW_SIZE);
	return CCW_XLAT_OK;
}

static u32 segment_data_bound(const struct ccw_xlat *x, u32 head)
{
	const u32 end = segment_reach(x, head);
	u32 bound = 0;
	u32 slot, idaws;

	for (slot = head + 1; slot < end; slot++) {
		if (!slot_note(x, slot)->ccw.needed)
			continue;
		idaws = most_idaws_for(ccw_word(slot_ccw(x, slot)) & CCW_COUNT, x->guest_shift);
		bound += (idaws + 1) * IDAW_COST;
		if (bound >= x->arena.len)
			return x->arena.len;
	}
	return bound;
}

/**
 * ccw_xlat_data_bound - how much room the data of needed CCWs can want at most
 * @x: a translation whose needed CCWs are read
 *
 * Return: bytes of arena, at most all of it.
 */
u32 ccw_xlat_data_bound(const struct ccw_xlat *x)
{
	u32 bound = 2 * ((MAX_COUNT >> x->guest_shift) + 2) * IDAW_COST;
	u32 head;

	for_each_segment(x, head) {
		bound += segment_data_bound(x, head);
		if (bound >= x->arena.len)
			return x->arena.len;
	}
	return bound;
}

/**
 * ccw_xlat_read_data - find the data of all CCWs, and make them the host's
 * @x: a translation whose CCWs are read
 *
 * The needed CCWs come first: room in the arena is theirs before any
 * speculative one's. TICs point into the arena afterwards, and what nobody can
 * come to is zero.
 *
 * Return: CCW_XLAT_OK, or what is wrong with a needed CCW; error.guest_ccw is
 * its address.
 */
enum ccw_xlat_reason ccw_xlat_read_data(struct ccw_xlat *x)
{
	enum ccw_xlat_reason reason;
	u32 other = NO_SLOT;
	u32 head;

	x->low = x->nr_slots * CCW_SIZE;
	x->guest_page = (u64 *)slot_note(x, x->nr_slots - 1);
	/* One ORB bit rules all lists: only 2 KiB lists need 2 KiB blocks. */
	x->host_shift = x->indirect ? x->guest_shift : BLOCK_4K;
	for_each_segment(x, head) {
		reason = finish_needed_slots(x, head, &other);
		if (reason)
			return reason;
	}
	if (other != NO_SLOT)
		finish_other_slots(x, other);
	if (x->linked)
		finish_links(x);
	ccw_xlat_publish_pages(x);
	return CCW_XLAT_OK;
}

/* A page, and its place in both arrays. */
struct page_place {
	const u64 *guest;
	const u64 *host;
};

/* Most often a page is the one looked at last, or the next. */
static inline struct page_place find_place(const struct ccw_xlat *x, u64 page,
					   struct page_place near)
{
	u32 i;

	if (*near.guest == page)
		return near;
	near.guest++;
	near.host++;
	if (near.guest < x->guest_page + x->nr_pages && *near.guest == page)
		return near;
	i = ccw_xlat_find_page(x, page);
	near.guest = x->guest_page + i;
	near.host = x->host_page + i;
	return near;
}

static inline bool translate_idal(const struct ccw_xlat *x, u8 *idaw, u32 nr,
				  struct page_place *at)
{
	u64 address;

	for (; nr; nr--, idaw += IDAW_SIZE) {
		address = load_be64(idaw);
		*at = find_place(x, page_of(address), *at);
		if (*at->host == CCW_XLAT_UNPINNED)
			return false;
		store_be64(idaw, *at->host + (address & PAGE_OFFSET_MASK));
	}
	return true;
}

/**
 * ccw_xlat_translate_data - put host addresses into all IDAWs
 * @x: a translation whose host_page[] is filled
 *
 * Return: CCW_XLAT_OK, or CCW_XLAT_PIN; error.guest_ccw is the CCW's address.
 */
enum ccw_xlat_reason ccw_xlat_translate_data(struct ccw_xlat *x)
{
	struct page_place at = { .guest = x->guest_page, .host = x->host_page };
	u32 list, slot;
	u64 head;

	for (list = x->nr_slots * CCW_SIZE; list < x->low;
	     list += HEAD_SIZE + ((u32)head & HEAD_ROOM) * IDAW_SIZE) {
		head = load_be64(arena_at(x, list));
		slot = (u32)(head >> HEAD_SLOT_SHIFT);
		if (translate_idal(x, arena_at(x, list + HEAD_SIZE),
				   (u32)head >> HEAD_IDAWS_SHIFT, &at))
			continue;
		if (!slot_note(x, slot)->ccw.needed) {
			cut_slot(x, slot, CCW_XLAT_PIN);
			continue;
		}
		x->error.guest_ccw = ccw_xlat_slot_guest(x, slot);
		return CCW_XLAT_PIN;
	}
	return CCW_XLAT_OK;
}
