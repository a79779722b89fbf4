// SPDX-License-Identifier: GPL-2.0-only
/*
 * The regions of the device file: I/O requests and their status, asynchronous
 * commands, the subchannel-information block, channel report words.
 *
 * A region's index is in the file offset; within a region any part may be read
 * or written. Blocks are put together on the stack and copied whole.
 */
#include <linux/nospec.h>
#include <linux/uaccess.h>
#include <asm/cio.h>

#include "observe.h"

#define OFFSET_SHIFT	10
#define OFFSET_MASK	(BIT(OFFSET_SHIFT) - 1)

/* bytes of the I/O region that a reader of new status looks at first */
#define IRB_FIRST	offsetof(struct ccw_io_region, irb_area)
#define IRB_SCSW_END	(IRB_FIRST + sizeof(union scsw))

/* part of a region, [first, end) in bytes */
struct part {
	size_t first;
	size_t end;
};

#define WHOLE_IO	((struct part) { 0, sizeof(struct ccw_io_region) })

/**
 * struct region - a kind of region
 * @subtype: VFIO_REGION_SUBTYPE_CCW_*, or 0 for the I/O region, which has none
 * @size: bytes
 * @flags: VFIO_REGION_INFO_FLAG_*
 * @read: copy a part to user space
 * @write: copy a part from user space and act; NULL if that is not allowed
 *
 * Both return 0 or -errno.
 */
struct region {
	u32 subtype;
	size_t size;
	u32 flags;
	int (*read)(struct vfio_ccw_device *device, struct part part, char __user *buffer);
	int (*write)(struct vfio_ccw_device *device, struct part part,
		     const char __user *buffer);
};

static bool is_whole(struct part part, size_t size)
{
	return !part.first && part.end == size;
}

/*
 * Nearly all users copy whole blocks. Their size is known to the compiler, which
 * spares them the checks that hardened user copies make for any other.
 */
static __always_inline int part_to_user(char __user *buffer, const void *block, size_t size,
					struct part part)
{
	if (likely(is_whole(part, size)))
		return copy_to_user(buffer, block, size) ? -EFAULT : 0;
	return copy_to_user(buffer, block + part.first, part.end - part.first) ? -EFAULT : 0;
}

static __always_inline int part_from_user(void *block, size_t size, struct part part,
					  const char __user *buffer)
{
	if (likely(is_whole(part, size)))
		return copy_from_user(block, buffer, size) ? -EFAULT : 0;
	return copy_from_user(block + part.first, buffer, part.end - part.first) ? -EFAULT : 0;
}

static __always_inline void get_request(struct vfio_ccw_device *device, struct ccw_io_region *block)
{
	memcpy(block->orb_area, device->orb, sizeof(device->orb));
	memcpy(block->scsw_area, device->scsw, sizeof(device->scsw));
	block->ret_code = device->start_result;
}

static __always_inline void set_request(struct vfio_ccw_device *device,
					const struct ccw_io_region *block)
{
	memcpy(device->orb, block->orb_area, sizeof(device->orb));
	memcpy(device->scsw, block->scsw_area, sizeof(device->scsw));
}

/* Reading the SCSW is this interface's TEST SUBCHANNEL. */
static bool takes_status(struct part part)
{
	return part.first <= IRB_FIRST && part.end >= IRB_SCSW_END;
}

/*
 * Hardly ever has anybody to wait for the lock, and mutex_lock() looks first
 * whether another task wants the processor. lockdep learns nothing by trying.
 */
static inline void lock_requests(struct vfio_ccw_device *device)
{
	if (IS_ENABLED(CONFIG_LOCKDEP) || !mutex_trylock(&device->request_lock))
		mutex_lock(&device->request_lock);
}

static __always_inline int read_io(struct vfio_ccw_device *device, struct part part,
				   char __user *buffer)
{
	struct ccw_io_region block = {};
	struct irb_words irb;
	bool taken;
	int ret;

	lock_requests(device);
	taken = vfio_ccw_status_look(device, &irb, takes_status(part));
	get_request(device, &block);
	memcpy(block.irb_area, &irb, sizeof(irb));
	ret = part_to_user(buffer, &block, sizeof(block), part);
	if (ret && taken)
		vfio_ccw_status_untake(device, &irb);
	mutex_unlock(&device->request_lock);
	return ret;
}

static bool means_resume(const union scsw *scsw)
{
	return (scsw->cmd.actl & (SCSW_ACTL_RESUME_PEND | SCSW_ACTL_START_PEND)) ==
	       SCSW_ACTL_RESUME_PEND;
}

static __always_inline int do_request(struct vfio_ccw_device *device)
{
	union scsw scsw;

	memcpy(&scsw, device->scsw, sizeof(scsw));
	if (scsw.cmd.fctl & SCSW_FCTL_START_FUNC)
		return means_resume(&scsw) ? vfio_ccw_resume(device) : vfio_ccw_start(device);
	/* Halt and clear have a region of their own. */
	if (scsw.cmd.fctl & (SCSW_FCTL_HALT_FUNC | SCSW_FCTL_CLEAR_FUNC))
		return -EOPNOTSUPP;
	return 0;
}

static __always_inline int write_io(struct vfio_ccw_device *device, struct part part,
				    const char __user *buffer)
{
	struct ccw_io_region block = {};
	int ret;

	lock_requests(device);
	get_request(device, &block);
	ret = part_from_user(&block, sizeof(block), part, buffer);
	if (!ret) {
		set_request(device, &block);
		ret = do_request(device);
		device->start_result = ret;
		observe_result(device, ret);
	}
	mutex_unlock(&device->request_lock);
	return ret;
}

static int read_command(struct vfio_ccw_device *device, struct part part, char __user *buffer)
{
	struct ccw_cmd_region block;

	mutex_lock(&device->request_lock);
	block = device->command;
	mutex_unlock(&device->request_lock);
	return part_to_user(buffer, &block, sizeof(block), part);
}

static int do_command(struct vfio_ccw_device *device, u32 command)
{
	switch (command) {
	case VFIO_CCW_ASYNC_CMD_HSCH:
		return vfio_ccw_halt(device);
	case VFIO_CCW_ASYNC_CMD_CSCH:
		return vfio_ccw_clear(device);
	default:
		return -EINVAL;
	}
}

static int write_command(struct vfio_ccw_device *device, struct part part,
			 const char __user *buffer)
{
	struct ccw_cmd_region block;
	int ret;

	mutex_lock(&device->request_lock);
	block = device->command;
	ret = part_from_user(&block, sizeof(block), part, buffer);
	if (!ret) {
		ret = do_command(device, block.command);
		device->command.command = block.command;
		device->command.ret_code = ret;
		observe_result(device, ret);
	}
	mutex_unlock(&device->request_lock);
	return ret;
}

/* Addresses in it are the host's, and of no use to a guest. */
static int store_subchannel(struct subchannel *sch, struct schib *schib)
{
	int ret;

	spin_lock_irq(&sch->lock);
	ret = cio_update_schib(sch) ? -ENODEV : 0;
	*schib = sch->schib;
	spin_unlock_irq(&sch->lock);
	schib->pmcw.intparm = 0;
	schib->scsw.cmd.cpa = u32_to_dma32(0);
	schib->mba = 0;
	return ret;
}

static int read_schib(struct vfio_ccw_device *device, struct part part, char __user *buffer)
{
	struct schib schib;
	int ret = store_subchannel(device->sch, &schib);

	return ret ? ret : part_to_user(buffer, &schib, sizeof(schib), part);
}

static int read_crw(struct vfio_ccw_device *device, struct part part, char __user *buffer)
{
	struct ccw_crw_region block = { .crw = vfio_ccw_crw_take(device) };

	return part_to_user(buffer, &block, sizeof(block), part);
}

static_assert(sizeof(struct schib) == sizeof(struct ccw_schib_region));
/* The extended-measurement word at the end stays zero: measurement is off. */
static_assert(sizeof(struct irb_words) <= IRB_AREA_SIZE);

static const struct region regions[] = {
	[VFIO_CCW_CONFIG_REGION_INDEX] = {
		.size = sizeof(struct ccw_io_region),
		.flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE,
		.read = read_io,
		.write = write_io,
	}, {
		.subtype = VFIO_REGION_SUBTYPE_CCW_ASYNC_CMD,
		.size = sizeof(struct ccw_cmd_region),
		.flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE,
		.read = read_command,
		.write = write_command,
	}, {
		.subtype = VFIO_REGION_SUBTYPE_CCW_SCHIB,
		.size = sizeof(struct ccw_schib_region),
		.flags = VFIO_REGION_INFO_FLAG_READ,
		.read = read_schib,
	}, {
		.subtype = VFIO_REGION_SUBTYPE_CCW_CRW,
		.size = sizeof(struct ccw_crw_region),
		.flags = VFIO_REGION_INFO_FLAG_READ,
		.read = read_crw,
	},
};

static const struct region *find_region(u64 index)
{
	if (index >= ARRAY_SIZE(regions))
		return NULL;
	return &regions[array_index_nospec(index, ARRAY_SIZE(regions))];
}

/* Starting programs and reading status: nothing else has to be quick. */
static bool is_whole_io(loff_t pos, size_t count)
{
	return !pos && count == WHOLE_IO.end;
}

static const struct region *find_part(loff_t pos, size_t count, struct part *part)
{
	const struct region *region = find_region((u64)pos >> OFFSET_SHIFT);

	part->first = pos & OFFSET_MASK;
	if (!region || count > region->size || part->first > region->size - count)
		return NULL;
	part->end = part->first + count;
	return region;
}

/**
 * vfio_ccw_read - read from the device file
 * @vdev: the VFIO device
 * @buffer: where to
 * @count: bytes, all within one region
 * @pos: region and offset
 *
 * Return: @count or -errno.
 */
ssize_t vfio_ccw_read(struct vfio_device *vdev, char __user *buffer, size_t count, loff_t *pos)
{
	struct vfio_ccw_device *device = to_vfio_ccw_device(vdev);
	const struct region *region;
	struct part part;
	int ret;

	if (is_whole_io(*pos, count)) {
		ret = read_io(device, WHOLE_IO, buffer);
		return ret ? ret : count;
	}
	region = find_part(*pos, count, &part);
	if (!region)
		return -EINVAL;
	ret = region->read(device, part, buffer);
	return ret ? ret : count;
}

/**
 * vfio_ccw_write - write to the device file, and so start what is asked for
 * @vdev: the VFIO device
 * @buffer: where from
 * @count: bytes, all within one region
 * @pos: region and offset
 *
 * Return: @count or -errno; what it means for a request is told at
 * vfio_ccw_start(), vfio_ccw_resume() and vfio_ccw_halt().
 */
ssize_t vfio_ccw_write(struct vfio_device *vdev, const char __user *buffer, size_t count,
		       loff_t *pos)
{
	struct vfio_ccw_device *device = to_vfio_ccw_device(vdev);
	const struct region *region;
	struct part part;
	int ret;

	if (is_whole_io(*pos, count)) {
		ret = write_io(device, WHOLE_IO, buffer);
		return ret ? ret : count;
	}
	region = find_part(*pos, count, &part);
	if (!region || !region->write)
		return -EINVAL;
	ret = region->write(device, part, buffer);
	return ret ? ret : count;
}

/**
 * vfio_ccw_num_regions - how many regions a device has
 *
 * Return: their number.
 */
unsigned int vfio_ccw_num_regions(void)
{
	return ARRAY_SIZE(regions);
}

/**
 * vfio_ccw_get_region_info - VFIO_DEVICE_GET_REGION_INFO
 * @vdev: the VFIO device; all have the same regions
 * @info: index in, the rest out
 * @caps: empty; gets the capability that names the region's type. The caller
 *	frees its buffer.
 *
 * Return: 0 or -errno.
 */
int vfio_ccw_get_region_info(struct vfio_device *vdev, struct vfio_region_info *info,
			     struct vfio_info_cap *caps)
{
	const struct region *region = find_region(info->index);
	struct vfio_region_info_cap_type type = {
		.header.id = VFIO_REGION_INFO_CAP_TYPE,
		.header.version = 1,
		.type = VFIO_REGION_TYPE_CCW,
	};

	if (!region)
		return -EINVAL;
	info->offset = (u64)info->index << OFFSET_SHIFT;
	info->size = region->size;
	info->flags = region->flags;
	if (!region->subtype)
		return 0;
	type.subtype = region->subtype;
	return vfio_info_add_capability(caps, &type.header, sizeof(type));
}
