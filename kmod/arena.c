// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for a device's host channel program.
 *
 * CCWs and the addresses in an ORB have 31 bits, so the program and the sink lie
 * below 2 GiB: on s390 that is what GFP_DMA means. It is allocated once per open and
 * used for one request after the other; a request allocates nothing.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "device.h"

/*
 * Room for 256 CCWs of 64 KiB each by 2 KiB blocks, with their bookkeeping. On
 * a machine whose low memory is fragmented less will do for most programs.
 */
#define ARENA_MOST	SZ_256K
#define ARENA_LEAST	SZ_16K

/**
 * vfio_ccw_arena_alloc - allocate the memory of a device's channel programs
 * @arena: an empty arena
 *
 * Return: 0 or -ENOMEM; the caller frees it with vfio_ccw_arena_free().
 */
int vfio_ccw_arena_alloc(struct vfio_ccw_arena *arena)
{
	arena->sink = get_zeroed_page(GFP_KERNEL_ACCOUNT | GFP_DMA);
	if (!arena->sink)
		return -ENOMEM;
	for (arena->len = ARENA_MOST; arena->len >= ARENA_LEAST; arena->len /= 2) {
		arena->memory = alloc_pages_exact(arena->len, GFP_KERNEL_ACCOUNT | GFP_DMA |
						  __GFP_NOWARN | __GFP_NORETRY);
		if (arena->memory)
			return 0;
	}
	vfio_ccw_arena_free(arena);
	return -ENOMEM;
}

/**
 * vfio_ccw_arena_free - free the memory of a device's channel programs
 * @arena: an arena no channel program runs in; empty afterwards
 */
void vfio_ccw_arena_free(struct vfio_ccw_arena *arena)
{
	if (arena->memory)
		free_pages_exact(arena->memory, arena->len);
	free_page(arena->sink);
	*arena = (struct vfio_ccw_arena) {};
}

/**
 * vfio_ccw_arena_layout - where the translator may work
 * @arena: an allocated arena
 *
 * Return: the translator's description of it.
 */
struct ccw_xlat_arena vfio_ccw_arena_layout(const struct vfio_ccw_arena *arena)
{
	return (struct ccw_xlat_arena) {
		.cpu = arena->memory,
		.abs = virt_to_phys(arena->memory),
		.len = arena->len,
		.sink = virt_to_phys((void *)arena->sink),
	};
}
