// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data a channel program moves: gives each CCW that moves some a list of
 * IDAWs of its own (guest addresses at first), collects the guest pages these
 * need, and in the end puts the host's addresses in.
 *
 * Every host CCW that is no TIC designates an IDAL, for a CCW by itself could
 * not address memory above 2 GiB, nor pages that are not contiguous.
 */
#include "translator-internal.h"

/* The longest list of 2 KiB blocks: 65,535 bytes, the first block one byte. */
#define MAX_COUNT	65535u

/* A CCW whose data is being looked at. */
struct data_ccw {
	u8 *ccw;
	u32 guest;	/* its guest address */
	u32 count;
	u8 operations;
	bool backward;
};

/*
 * IDAWs for @count bytes from @first on. The first IDAW may point anywhere into
 * its block, the others stand at the end of theirs where data begins (PoP,
 * "CCW Indirect Data Addressing").
 */
static u32 idaws_for(u64 first, u32 count, bool backward, u32 block)
{
	u32 offset = (u32)(first % block);
	u32 in_first = backward ? offset + 1 : block - offset;

	if (count <= in_first)
		return 1;
	return 1 + (count - in_first + block - 1) / block;
}

static u32 most_idaws_for(u32 count, u32 block)
{
	return 1 + (count + block - 2) / block;
}

static u32 pages_end(const struct ccw_xlat *x)
{
	return x->arena.len - x->nr_slots * (u32)sizeof(union slot_note);
}

/* Room left between IDALs and the two arrays of pages. */
static u32 free_bytes(const struct ccw_xlat *x)
{
	return pages_end(x) - x->nr_pages * 2 * (u32)sizeof(u64) - x->low;
}

static u64 *newest_page(const struct ccw_xlat *x)
{
	return (u64 *)x->arena.cpu + pages_end(x) / sizeof(u64) - x->nr_pages;
}

static enum ccw_xlat_reason add_page(struct ccw_xlat *x, u64 page)
{
	if (x->nr_pages && *newest_page(x) == page)
		return CCW_XLAT_OK;
	if (free_bytes(x) < 2 * sizeof(u64))
		return CCW_XLAT_SPACE;
	x->nr_pages++;
	*newest_page(x) = page;
	return CCW_XLAT_OK;
}

static enum ccw_xlat_reason add_pages(struct ccw_xlat *x, u32 list, u32 nr)
{
	enum ccw_xlat_reason reason = CCW_XLAT_OK;
	u64 address;
	u32 i;

	for (i = 0; i < nr && !reason; i++) {
		address = load_be64(arena_at(x, list + i * IDAW_SIZE));
		reason = add_page(x, address - address % CCW_XLAT_PAGE_SIZE);
	}
	return reason;
}

static bool reserve_idaws(struct ccw_xlat *x, u32 nr)
{
	if (free_bytes(x) < nr * IDAW_SIZE)
		return false;
	x->low += nr * IDAW_SIZE;
	return true;
}

/* Direct addressing: the blocks from the CCW's address on, up or down. */
static enum ccw_xlat_reason list_blocks(struct ccw_xlat *x,
					const struct data_ccw *data, u32 *nr)
{
	u32 address = ccw_address(data->ccw);
	u32 block = x->host_block;
	u32 list = x->low;
	u32 i;

	if (address >= guest_limit(x) ||
	    (data->backward && data->count > address + 1) ||
	    (!data->backward && data->count > guest_limit(x) - address))
		return CCW_XLAT_DATA_ADDRESS;
	*nr = idaws_for(address, data->count, data->backward, block);
	if (!reserve_idaws(x, *nr))
		return CCW_XLAT_SPACE;
	for (i = 0; i < *nr; i++) {
		store_be64(arena_at(x, list + i * IDAW_SIZE), address);
		if (data->backward)
			address -= address % block + 1;
		else
			address += block - address % block;
	}
	return CCW_XLAT_OK;
}

static u32 guest_idaw_size(const struct ccw_xlat *x)
{
	return x->format2_idaws ? 8 : 4;
}

static u64 load_guest_idaw(const struct ccw_xlat *x, const u8 *idaw)
{
	return x->format2_idaws ? load_be64(idaw) : load_be32(idaw);
}

/* PoP, "Invalid IDAW Specification" and "Invalid IDAW". */
static bool guest_idaw_is_valid(const struct ccw_xlat *x, u64 idaw, u32 index,
				bool backward)
{
	u32 start = backward ? x->guest_block - 1 : 0;

	if (!x->format2_idaws && idaw >> 31)
		return false;
	return !index || idaw % x->guest_block == start;
}

/* Reads words of an IDAL, page by page. */
static enum ccw_xlat_reason read_idaws(struct ccw_xlat *x, u64 guest, u8 *to,
				       u32 bytes)
{
	u32 piece;

	for (; bytes; bytes -= piece, guest += piece, to += piece) {
		if (guest >= guest_limit(x))
			return CCW_XLAT_DATA_ADDRESS;
		piece = bytes < page_rest(guest) ? bytes : page_rest(guest);
		if (x->read(x->read_ctx, guest, to, piece))
			return CCW_XLAT_READ_IDAW;
	}
	return CCW_XLAT_OK;
}

/*
 * Reads a guest's IDAL to @to, every word once. How many words there are is
 * known only from the first; as many as there may be are read with it, but not
 * beyond its page, which is readable if the first word is.
 */
static enum ccw_xlat_reason read_idal(struct ccw_xlat *x,
				      const struct data_ccw *data, u8 *to,
				      u32 most, u32 *nr)
{
	u32 size = guest_idaw_size(x);
	u32 guest = ccw_address(data->ccw);
	enum ccw_xlat_reason reason;
	u32 got;

	if (guest % size)
		return CCW_XLAT_IDAW;
	got = page_rest(guest) / size;
	if (got > most)
		got = most;
	reason = read_idaws(x, guest, to, got * size);
	if (reason)
		return reason;
	*nr = idaws_for(load_guest_idaw(x, to), data->count, data->backward,
			x->guest_block);
	if (*nr <= got)
		return CCW_XLAT_OK;
	return read_idaws(x, guest + got * size, to + got * size,
			  (*nr - got) * size);
}

/*
 * Indirect addressing: host IDAWs stand for the same blocks as the guest's, so
 * there are as many. Short words are read to the far end of the list and then
 * widened from its start, which never overtakes them.
 */
static enum ccw_xlat_reason copy_idal(struct ccw_xlat *x,
				      const struct data_ccw *data, u32 *nr)
{
	u32 size = guest_idaw_size(x);
	u32 most = most_idaws_for(data->count, x->guest_block);
	u32 list = x->low;
	enum ccw_xlat_reason reason;
	u8 *words;
	u64 idaw;
	u32 i;

	if (!reserve_idaws(x, most))
		return CCW_XLAT_SPACE;
	words = arena_at(x, list + most * (IDAW_SIZE - size));
	reason = read_idal(x, data, words, most, nr);
	if (reason)
		return reason;
	for (i = 0; i < *nr; i++) {
		idaw = load_guest_idaw(x, words + i * size);
		if (!guest_idaw_is_valid(x, idaw, i, data->backward))
			return CCW_XLAT_IDAW;
		store_be64(arena_at(x, list + i * IDAW_SIZE), idaw);
	}
	x->low = list + *nr * IDAW_SIZE;
	return CCW_XLAT_OK;
}

static void set_idal(const struct ccw_xlat *x, u8 *ccw, u32 list)
{
	ccw[1] |= CCW_FLAG_INDIRECT;
	store_be32(ccw + 4, arena_abs(x, list));
}

/*
 * For a CCW that moves no data: a list long enough for any count, every IDAW of
 * which is the sink. All such CCWs share one, or one for each direction.
 */
static enum ccw_xlat_reason use_sink(struct ccw_xlat *x, u8 *ccw, bool backward)
{
	u32 *shared = backward ? &x->sink_backward : &x->sink_forward;
	u32 nr = (MAX_COUNT + x->host_block - 1) / x->host_block;
	u64 idaw = x->arena.sink + (backward ? x->host_block - 1 : 0);
	u32 list = x->low;
	u32 i;

	if (!*shared) {
		if (!reserve_idaws(x, nr))
			return CCW_XLAT_SPACE;
		for (i = 0; i < nr; i++)
			store_be64(arena_at(x, list + i * IDAW_SIZE), idaw);
		*shared = list;
	}
	set_idal(x, ccw, *shared);
	return CCW_XLAT_OK;
}

/* PoP, "Skip": the flag means something only where data comes in. */
static bool moves_data(const u8 *ccw, u8 operations)
{
	if (!ccw_count(ccw))
		return false;
	if (operations & ENTER_OUTPUT)
		return true;
	return operations & (ENTER_INPUT | ENTER_BACKWARD) &&
	       !(ccw_flags(ccw) & CCW_FLAG_SKIP);
}

static enum ccw_xlat_reason use_guest_pages(struct ccw_xlat *x, u32 slot,
					    const struct data_ccw *data)
{
	u32 list = x->low;
	enum ccw_xlat_reason reason;
	u32 nr;

	if (ccw_flags(data->ccw) & CCW_FLAG_INDIRECT)
		reason = copy_idal(x, data, &nr);
	else
		reason = list_blocks(x, data, &nr);
	if (!reason)
		reason = add_pages(x, list, nr);
	if (reason)
		return reason;
	x->nr_bytes += data->count;
	slot_note(x, slot)->ccw.flags |= NOTE_GUEST_PAGES;
	set_idal(x, data->ccw, list);
	return CCW_XLAT_OK;
}

static struct data_ccw data_of(struct ccw_xlat *x, u32 slot, u8 entered)
{
	u8 *ccw = slot_ccw(x, slot);
	u8 operations = ccw_xlat_operations(ccw, entered);

	return (struct data_ccw) {
		.ccw = ccw,
		.guest = ccw_xlat_slot_guest(x, slot),
		.count = ccw_count(ccw),
		.operations = operations,
		.backward = operations & ENTER_BACKWARD,
	};
}

static bool both_directions(const struct data_ccw *data)
{
	return data->backward && data->operations != ENTER_BACKWARD;
}

static enum ccw_xlat_reason read_data(struct ccw_xlat *x, u32 slot,
				      const struct data_ccw *data)
{
	x->error.guest_ccw = data->guest;
	x->nr_ccws++;
	slot_note(x, slot)->ccw.next = ccw_address(data->ccw);
	if (!moves_data(data->ccw, data->operations))
		return use_sink(x, data->ccw, data->backward);
	if (both_directions(data))
		return CCW_XLAT_DIRECTION;
	return use_guest_pages(x, slot, data);
}

/*
 * A needed CCW that speculation would enter the other way round gets the list
 * it needs. Should the channel come the other way, the first IDAW serves both,
 * and every other gives a program check, being on the wrong side of its block:
 * so there has to be another.
 */
static enum ccw_xlat_reason end_list(struct ccw_xlat *x)
{
	u32 list = x->low;

	if (!reserve_idaws(x, 1))
		return CCW_XLAT_SPACE;
	store_be64(arena_at(x, list), x->arena.sink + 1);
	return CCW_XLAT_OK;
}

/* Which way a needed CCW goes that is entered both ways. */
static u8 settle_direction(const struct ccw_xlat *x, u32 slot)
{
	const u8 *ccw = slot_ccw(x, slot);
	u8 needed = slot_note(x, slot)->ccw.needed;

	if (moves_data(ccw, ccw_xlat_operations(ccw, needed)))
		return needed;
	/* What moves nothing does with any list: let the others have it. */
	return ccw_flags(ccw) & CCW_FLAG_SKIP ? ENTER_OUTPUT : ENTER_BACKWARD;
}

static enum ccw_xlat_reason read_slot(struct ccw_xlat *x, u32 slot)
{
	union slot_note *note = slot_note(x, slot);
	struct data_ccw data = data_of(x, slot, note->ccw.entered);
	enum ccw_xlat_reason reason;

	if (!note->ccw.needed || !both_directions(&data) ||
	    !moves_data(data.ccw, data.operations))
		return read_data(x, slot, &data);
	ccw_xlat_note_cut(x, data.guest, CCW_XLAT_DIRECTION);
	note->ccw.entered = settle_direction(x, slot);
	data = data_of(x, slot, note->ccw.entered);
	reason = read_data(x, slot, &data);
	if (reason)
		return reason;
	return end_list(x);
}

static void cut_slot(struct ccw_xlat *x, u32 slot, enum ccw_xlat_reason reason)
{
	slot_note(x, slot)->ccw.flags |= NOTE_CUT;
	ccw_xlat_note_cut(x, x->error.guest_ccw, reason);
}

/* A speculative CCW that fails must not leave anything to pin behind. */
static void read_speculative_slot(struct ccw_xlat *x, u32 slot)
{
	u32 low = x->low;
	u32 nr_pages = x->nr_pages;
	enum ccw_xlat_reason reason = read_slot(x, slot);

	if (!reason)
		return;
	x->low = low;
	x->nr_pages = nr_pages;
	cut_slot(x, slot, reason);
}

static bool slot_has_data(const struct ccw_xlat *x, u32 slot)
{
	return slot_is_live(x, slot) && !ccw_is_tic(slot_ccw(x, slot));
}

/**
 * ccw_xlat_data_bound - how much room data can want at most
 * @x: a translation whose needed CCWs are read, and no others
 *
 * Return: bytes of arena, at most all of it.
 */
u32 ccw_xlat_data_bound(const struct ccw_xlat *x)
{
	u32 bound = 2 * (MAX_COUNT / x->guest_block + 1) * IDAW_SIZE;
	u32 head, slot, end, idaws;

	for_each_segment(x, head) {
		end = ccw_xlat_next_segment(x, head) - SEGMENT_LINKS;
		for (slot = head + 1; slot < end; slot++) {
			if (!slot_has_data(x, slot))
				continue;
			idaws = most_idaws_for(ccw_count(slot_ccw(x, slot)),
					       x->guest_block);
			bound += idaws * (IDAW_SIZE + 2 * (u32)sizeof(u64));
			if (bound >= x->arena.len)
				return x->arena.len;
		}
	}
	return bound;
}

/* Reads the data of all CCWs that are, or are not, needed. */
static enum ccw_xlat_reason read_slots(struct ccw_xlat *x, bool needed)
{
	enum ccw_xlat_reason reason;
	u32 head, slot, end;

	for_each_segment(x, head) {
		end = ccw_xlat_next_segment(x, head) - SEGMENT_LINKS;
		for (slot = head + 1; slot < end; slot++) {
			if (!slot_has_data(x, slot) ||
			    slot_is_needed(x, slot) != needed)
				continue;
			if (!needed) {
				read_speculative_slot(x, slot);
				continue;
			}
			reason = read_slot(x, slot);
			if (reason)
				return reason;
		}
	}
	return CCW_XLAT_OK;
}

static void swap_pages(u64 *page, u32 a, u32 b)
{
	u64 kept = page[a];

	page[a] = page[b];
	page[b] = kept;
}

static void sift_down(u64 *page, u32 root, u32 nr)
{
	u32 child;

	while ((child = 2 * root + 1) < nr) {
		if (child + 1 < nr && page[child] < page[child + 1])
			child++;
		if (page[root] >= page[child])
			return;
		swap_pages(page, root, child);
		root = child;
	}
}

/* Heapsort: in place, and no guest can choose a bad case. */
static void sort_pages(u64 *page, u32 nr)
{
	u32 i;

	for (i = nr / 2; i > 0; i--)
		sift_down(page, i - 1, nr);
	for (i = nr; i > 1; i--) {
		swap_pages(page, 0, i - 1);
		sift_down(page, 0, i - 1);
	}
}

/* The array grew downwards, so buffers in order of address come reversed. */
static void reverse_pages(u64 *page, u32 nr)
{
	u32 i;

	for (i = 0; i < nr / 2; i++)
		swap_pages(page, i, nr - 1 - i);
}

static bool pages_are_sorted(const u64 *page, u32 nr)
{
	u32 i;

	for (i = 1; i < nr; i++)
		if (page[i - 1] > page[i])
			return false;
	return true;
}

static u32 drop_duplicates(u64 *page, u32 nr)
{
	u32 kept = 0;
	u32 i;

	for (i = 0; i < nr; i++)
		if (!kept || page[kept - 1] != page[i])
			page[kept++] = page[i];
	return kept;
}

/* Makes guest_page[] and host_page[] out of the pages collected. */
static void publish_pages(struct ccw_xlat *x)
{
	u64 *page = newest_page(x);
	u32 i;

	reverse_pages(page, x->nr_pages);
	if (!pages_are_sorted(page, x->nr_pages))
		sort_pages(page, x->nr_pages);
	x->nr_pages = drop_duplicates(page, x->nr_pages);
	x->guest_page = page;
	x->host_page = page - x->nr_pages;
	for (i = 0; i < x->nr_pages; i++)
		x->host_page[i] = CCW_XLAT_UNPINNED;
}

/**
 * ccw_xlat_read_data - find the data of all CCWs
 * @x: a translation whose CCWs are read
 *
 * The needed CCWs come first: room in the arena is theirs before any
 * speculative one's.
 *
 * Return: CCW_XLAT_OK, or what is wrong with a needed CCW; error.guest_ccw is
 * its address.
 */
enum ccw_xlat_reason ccw_xlat_read_data(struct ccw_xlat *x)
{
	enum ccw_xlat_reason reason;

	x->low = x->nr_slots * CCW_SIZE;
	/* One ORB bit rules all lists: only 2 KiB lists need 2 KiB blocks. */
	x->host_block = x->indirect ? x->guest_block : CCW_XLAT_PAGE_SIZE;
	reason = read_slots(x, true);
	if (reason)
		return reason;
	read_slots(x, false);
	publish_pages(x);
	return CCW_XLAT_OK;
}

/* Return: index of a page in guest_page[], near @hint more often than not. */
static u32 find_page(const struct ccw_xlat *x, u64 page, u32 hint)
{
	u32 first = 0;
	u32 end = x->nr_pages;
	u32 middle;

	if (x->guest_page[hint] == page)
		return hint;
	if (hint + 1 < end && x->guest_page[hint + 1] == page)
		return hint + 1;
	while (first + 1 < end) {
		middle = first + (end - first) / 2;
		if (x->guest_page[middle] <= page)
			first = middle;
		else
			end = middle;
	}
	return first;
}

static bool translate_idal(struct ccw_xlat *x, const struct data_ccw *data,
			   u32 *hint)
{
	u8 *idaw = arena_at(x, ccw_address(data->ccw) - arena_abs(x, 0));
	u64 address = load_be64(idaw);
	u32 nr = idaws_for(address, data->count, data->backward, x->host_block);
	u32 offset;

	for (; nr; nr--, idaw += IDAW_SIZE) {
		address = load_be64(idaw);
		offset = (u32)(address % CCW_XLAT_PAGE_SIZE);
		*hint = find_page(x, address - offset, *hint);
		if (x->host_page[*hint] == CCW_XLAT_UNPINNED)
			return false;
		store_be64(idaw, x->host_page[*hint] + offset);
	}
	return true;
}

static enum ccw_xlat_reason translate_slot(struct ccw_xlat *x, u32 slot,
					   u32 *hint)
{
	struct data_ccw data = data_of(x, slot, slot_note(x, slot)->ccw.entered);

	x->error.guest_ccw = data.guest;
	if (translate_idal(x, &data, hint))
		return CCW_XLAT_OK;
	if (slot_is_needed(x, slot))
		return CCW_XLAT_PIN;
	cut_slot(x, slot, CCW_XLAT_PIN);
	memset(data.ccw, 0, CCW_SIZE);
	return CCW_XLAT_OK;
}

/**
 * ccw_xlat_translate_data - put host addresses into all IDAWs
 * @x: a translation whose host_page[] is filled
 *
 * Return: CCW_XLAT_OK, or CCW_XLAT_PIN; error.guest_ccw is the CCW's address.
 */
enum ccw_xlat_reason ccw_xlat_translate_data(struct ccw_xlat *x)
{
	enum ccw_xlat_reason reason;
	u32 head, slot, end;
	u32 hint = 0;

	for_each_segment(x, head) {
		end = ccw_xlat_next_segment(x, head) - SEGMENT_LINKS;
		for (slot = head + 1; slot < end; slot++) {
			if (!slot_is_live(x, slot) ||
			    !(slot_note(x, slot)->ccw.flags &
			      NOTE_GUEST_PAGES))
				continue;
			reason = translate_slot(x, slot, &hint);
			if (reason)
				return reason;
		}
	}
	return CCW_XLAT_OK;
}
