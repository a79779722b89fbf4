// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mediated subchannel's counters, times and state as files, one value a line.
 *
 * A file may be open when its mdev goes: debugfs keeps its functions from being
 * called once debugfs_remove() has returned, and the module from being unloaded
 * while one is open.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "debugfs.h"
#include "observe.h"

static struct dentry *root;

static void show_value(struct seq_file *file, const char *name, u64 value)
{
	seq_printf(file, "%s %llu\n", name, value);
}

/* an array of counters, by the values of their names */
static void show_group(struct seq_file *file, const char *group, const struct vfio_ccw_name *names,
		       unsigned int number, const u64 *counters)
{
	unsigned int i;

	for (i = 0; i < number; i++)
		seq_printf(file, "%s.%s %llu\n", group, names[i].name,
			   READ_ONCE(counters[names[i].value]));
}

static void show_requests(struct seq_file *file, const struct vfio_ccw_counters *counters)
{
	static const struct vfio_ccw_name names[] = NAMES_OF(VFIO_CCW_FUNCTION_NAMES);

	static_assert(ARRAY_SIZE(names) == VFIO_CCW_FUNCTIONS);
	show_group(file, "request", names, ARRAY_SIZE(names), counters->requests);
}

static void show_errors(struct seq_file *file, const struct vfio_ccw_counters *counters)
{
	unsigned int i;

	for (i = 0; i < VFIO_CCW_ERRORS; i++)
		seq_printf(file, "error.%s %llu\n", vfio_ccw_errors[i].name,
			   READ_ONCE(counters->errors[i]));
}

static void show_refusals(struct seq_file *file, const struct vfio_ccw_counters *counters)
{
	static const struct vfio_ccw_name names[] = NAMES_OF(CCW_XLAT_REASON_NAMES);

	static_assert(ARRAY_SIZE(names) == ARRAY_SIZE(counters->refused));
	/* The first reason is that there is none. */
	show_group(file, "refused", names + 1, ARRAY_SIZE(names) - 1, counters->refused);
}

static void show_condition_codes(struct seq_file *file,
				 const struct vfio_ccw_counters *counters)
{
	static const struct vfio_ccw_name names[] = {
		{ 0, "cc0" }, { 1, "cc1" }, { 2, "cc2" }, { 3, "cc3" },
	};

	static_assert(ARRAY_SIZE(names) == ARRAY_SIZE(counters->ssch));
	show_group(file, "ssch", names, ARRAY_SIZE(names), counters->ssch);
}

static u64 samples(const struct vfio_ccw_histogram *histogram)
{
	unsigned int bucket;
	u64 sum = 0;

	for (bucket = 0; bucket < VFIO_CCW_BUCKETS; bucket++)
		sum += READ_ONCE(histogram->count[bucket]);
	return sum;
}

static int counters_show(struct seq_file *file, void *unused)
{
	const struct vfio_ccw_device *device = file->private;
	const struct vfio_ccw_counters *counters = &device->counters;

	show_value(file, "opened", READ_ONCE(counters->opened));
	show_value(file, "resets", READ_ONCE(counters->resets));
	show_requests(file, counters);
	show_errors(file, counters);
	show_refusals(file, counters);
	show_value(file, "ccws", READ_ONCE(counters->ccws));
	show_value(file, "pages", READ_ONCE(counters->pages));
	show_value(file, "bytes", READ_ONCE(counters->bytes));
	show_value(file, "revoked", READ_ONCE(counters->revoked));
	show_condition_codes(file, counters);
	show_value(file, "interrupt.final", samples(&counters->start_to_interrupt));
	show_value(file, "interrupt.intermediate", READ_ONCE(counters->intermediate));
	show_value(file, "interrupt.unsolicited", READ_ONCE(counters->unsolicited));
	show_value(file, "interrupt.idle", READ_ONCE(counters->idle));
	show_value(file, "interrupt.closed", READ_ONCE(counters->spurious));
	show_value(file, "read.final", samples(&counters->signal_to_read));
	show_value(file, "read.other", READ_ONCE(counters->other_reads));
	show_value(file, "paths", READ_ONCE(counters->paths));
	show_value(file, "crws", READ_ONCE(counters->crws));
	show_value(file, "lost_crws", READ_ONCE(counters->lost_crws));
	show_value(file, "wedged", READ_ONCE(counters->wedged));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

/*
 * All times below this many nanoseconds, or 512 units of the TOD clock, are shown
 * as one, each bucket before them as twice the time.
 */
#define LEAST_NS	125
#define LEAST_BUCKET	(64 - 9)

static void show_bucket(struct seq_file *file, const char *name, unsigned int bucket, u64 count)
{
	if (count)
		seq_printf(file, "%s %llu %llu\n", name,
			   (u64)LEAST_NS << (LEAST_BUCKET - bucket), count);
}

static void show_histogram(struct seq_file *file, const char *name,
			   const struct vfio_ccw_histogram *histogram)
{
	unsigned int bucket = VFIO_CCW_BUCKETS;
	u64 least = 0;

	while (bucket > LEAST_BUCKET)
		least += READ_ONCE(histogram->count[--bucket]);
	show_bucket(file, name, bucket, least);
	while (bucket-- > 0)
		show_bucket(file, name, bucket, READ_ONCE(histogram->count[bucket]));
}

static int latency_show(struct seq_file *file, void *unused)
{
	const struct vfio_ccw_device *device = file->private;
	const struct vfio_ccw_counters *counters = &device->counters;

	show_histogram(file, "start_to_interrupt", &counters->start_to_interrupt);
	show_histogram(file, "interrupt_to_signal", &counters->interrupt_to_signal);
	show_histogram(file, "signal_to_read", &counters->signal_to_read);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(latency);

static u32 pages_pinned(struct vfio_ccw_device *device)
{
	u32 pinned;

	spin_lock(&device->pages.lock);
	pinned = device->pages.pinned;
	spin_unlock(&device->pages.lock);
	return pinned;
}

static int state_show(struct seq_file *file, void *unused)
{
	struct vfio_ccw_device *device = file->private;
	struct subchannel *sch = device->sch;
	unsigned int request;
	enum fsm_state state;
	bool unread, wedged;
	u8 paths;

	spin_lock_irq(&sch->lock);
	state = device->state;
	request = device->request;
	unread = device->status.unread;
	wedged = vfio_ccw_parent(sch)->kept.running;
	paths = sch->lpm;
	spin_unlock_irq(&sch->lock);

	seq_printf(file, "subchannel %s\n", dev_name(&sch->dev));
	seq_printf(file, "state %s\n", fsm_state_name(state));
	seq_printf(file, "request %u\n", request);
	seq_printf(file, "status_unread %d\n", unread);
	seq_printf(file, "pages_pinned %u\n", pages_pinned(device));
	seq_printf(file, "paths 0x%02x\n", paths);
	seq_printf(file, "wedged %d\n", wedged);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

/**
 * vfio_ccw_debugfs_init - make the folder of all mdevs
 */
void vfio_ccw_debugfs_init(void)
{
	root = debugfs_create_dir("vfio_ccw", NULL);
}

/**
 * vfio_ccw_debugfs_exit - remove it
 */
void vfio_ccw_debugfs_exit(void)
{
	debugfs_remove(root);
}

/**
 * vfio_ccw_debugfs_add - make a device's files
 * @device: a device that is complete
 *
 * Nothing depends on them: failures are of no interest.
 */
void vfio_ccw_debugfs_add(struct vfio_ccw_device *device)
{
	device->debugfs = debugfs_create_dir(dev_name(device->vdev.dev), root);
	debugfs_create_file("counters", 0400, device->debugfs, device, &counters_fops);
	debugfs_create_file("latency", 0400, device->debugfs, device, &latency_fops);
	debugfs_create_file("state", 0400, device->debugfs, device, &state_fops);
}

/**
 * vfio_ccw_debugfs_remove - remove a device's files
 * @device: a device that is not freed yet
 *
 * Waits for those who are reading one.
 */
void vfio_ccw_debugfs_remove(struct vfio_ccw_device *device)
{
	debugfs_remove(device->debugfs);
}
