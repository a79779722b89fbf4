// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest pages a program's data lies in: each once, in ascending order, so
 * that they are pinned in as few runs as possible.
 */
#include "translator-internal.h"

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

static void reverse_pages(u64 *page, u32 nr)
{
	u64 *last = page + nr - 1;
	u64 kept;

	for (; page < last; page++, last--) {
		kept = *page;
		*page = *last;
		*last = kept;
	}
}

static bool pages_ascend(const u64 *page, u32 nr)
{
	const u64 *last = page + nr - 1;

	for (; page < last; page++)
		if (page[0] >= page[1])
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

/* Return: how many there are, each once. */
static u32 put_in_order(u64 *page, u32 nr)
{
	if (pages_ascend(page, nr))
		return nr;
	/* The array grew downwards, so buffers in order of address come reversed. */
	reverse_pages(page, nr);
	if (pages_ascend(page, nr))
		return nr;
	sort_pages(page, nr);
	return drop_duplicates(page, nr);
}

/**
 * ccw_xlat_publish_pages - make guest_page[] and host_page[] of what was collected
 * @x: a translation whose data is read
 */
void ccw_xlat_publish_pages(struct ccw_xlat *x)
{
	u32 i;

	if (x->nr_pages)
		x->nr_pages = put_in_order(x->guest_page, x->nr_pages);
	x->host_page = x->guest_page - x->nr_pages;
	for (i = 0; i < x->nr_pages; i++)
		x->host_page[i] = CCW_XLAT_UNPINNED;
}

/**
 * ccw_xlat_find_page - find a page that is known to be there
 * @x: a translation whose pages are published
 * @page: guest absolute address
 *
 * Return: its index in guest_page[].
 */
u32 ccw_xlat_find_page(const struct ccw_xlat *x, u64 page)
{
	u32 first = 0;
	u32 end = x->nr_pages;
	u32 middle;

	while (first + 1 < end) {
		middle = first + (end - first) / 2;
		if (x->guest_page[middle] <= page)
			first = middle;
		else
			end = middle;
	}
	return first;
}
