// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for a device's host channel program.
 *
 * CCWs and the addresses in an ORB have 31 bits, so the program and the sink lie
 * below 2 GiB: on s390 that is what GFP_DMA means. It is allocated once per open and
 * used for one request after the other; a request allocates nothing.
 */
#include <linux/gfp.h>
#include <linux/kmemleak.h>
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
int vfio_ccw_arena_alloc(struct ccw_xlat_arena *arena)
{
	unsigned long sink = get_zeroed_page(GFP_KERNEL_ACCOUNT | GFP_DMA);

	if (!sink)
		return -ENOMEM;
	for (arena->len = ARENA_MOST; arena->len >= ARENA_LEAST; arena->len /= 2) {
		arena->cpu = alloc_pages_exact(arena->len, GFP_KERNEL_ACCOUNT | GFP_DMA |
					       __GFP_NOWARN | __GFP_NORETRY);
		if (!arena->cpu)
			continue;
		arena->abs = virt_to_phys(arena->cpu);
		arena->sink = virt_to_phys((void *)sink);
		/* Whole pages are nothing that kmemleak would look for by itself. */
		kmemleak_alloc(arena->cpu, arena->len, 1, GFP_KERNEL);
		return 0;
	}
	free_page(sink);
	return -ENOMEM;
}

/**
 * vfio_ccw_arena_free - free the memory of a device's channel programs
 * @arena: an allocated arena no channel program runs in; empty afterwards
 */
void vfio_ccw_arena_free(struct ccw_xlat_arena *arena)
{
	kmemleak_free(arena->cpu);
	free_pages_exact(arena->cpu, arena->len);
	free_page((unsigned long)phys_to_virt(arena->sink));
	*arena = (struct ccw_xlat_arena) {};
}
