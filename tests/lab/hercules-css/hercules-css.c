// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a channel subsystem has and Hercules 3.13 lacks, so that Linux can do under it
 * what it does elsewhere. All that follows from it is the kernel's own doing.
 *
 * Channel paths: the machine has them but does not describe them (CHSC command 0002,
 * "store channel-path description"), and Linux keeps no object for a path without a
 * description. The parameter "paths" lists those to make objects for; the common I/O
 * layer makes them, and gets the description from here.
 *
 * Devices that go and come: the machine check by which the machine tells of them has no
 * bit for the vector registers, of which it has none, and Linux stops for that. So these
 * machine checks are masked, and "rescan" of the channel subsystem in sysfs has Linux
 * look. A device that comes has the status of the program that ran when it went, which
 * nobody can take as long as the subchannel is not enabled; and with status pending nobody
 * can enable it. The parameter "reset" is the number of a device to take that away from.
 *
 * Devices that nobody can stop: with the parameter "unstoppable" on, what cancels, halts
 * and clears has no effect.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <asm/chpid.h>
#include <asm/ctlreg.h>

/* flags: the path is there; type: FICON */
#define DESC_VALID 0x80
#define TYPE_FICON 0x1b

static int paths[8];
static int n_paths;
module_param_array(paths, int, &n_paths, 0);
MODULE_PARM_DESC(paths, "channel-path identifiers");

/* The function's arguments are the path's identifier and where its description goes. */
static int describe(struct kprobe *probe, struct pt_regs *regs)
{
	struct channel_path_desc_fmt0 *desc = (void *)regs->gprs[3];

	*desc = (struct channel_path_desc_fmt0) {
		.flags = DESC_VALID,
		.desc = TYPE_FICON,
		.chpid = regs->gprs[2],
	};
	regs->gprs[2] = 0;
	instruction_pointer_set(regs, regs->gprs[14]);
	return 1;
}

static struct kprobe description = {
	.symbol_name = "chsc_determine_fmt0_channel_path_desc",
	.pre_handler = describe,
};

/* Where a function is that is not exported; NULL: nowhere. */
static void *find(const char *name)
{
	struct kprobe probe = { .symbol_name = name };

	if (register_kprobe(&probe))
		return NULL;
	unregister_kprobe(&probe);
	return probe.addr;
}

static int make_paths(void)
{
	int (*make_path)(struct chp_id id) = find("chp_new");
	int i, ret;

	if (!make_path)
		return -ENOENT;
	ret = register_kprobe(&description);
	if (ret)
		return ret;
	for (i = 0; i < n_paths && !ret; i++)
		ret = make_path((struct chp_id) { .id = paths[i] });
	unregister_kprobe(&description);
	return ret;
}

/* Words of the subchannel-information block (Principles of Operation). */
#define SCHIB_WORDS 13
#define SCHIB_DEVICE 1 /* flags and device number */
#define SCHIB_PATHS 4
#define DEVICE_VALID 0x00010000u

#define SUBCHANNEL_ID 0x00010000ul

/* STORE SUBCHANNEL; its condition code: 0 if there is such a subchannel. */
static unsigned int store_subchannel(unsigned long number, u32 *schib)
{
	unsigned int ipm;

	asm volatile("	lgr	1,%[id]\n"
		     "	stsch	0(%[schib])\n"
		     "	ipm	%[ipm]\n"
		     : [ipm] "=d" (ipm)
		     : [id] "d" (SUBCHANNEL_ID | number), [schib] "a" (schib)
		     : "1", "cc", "memory");
	return ipm >> 28;
}

/* RESET CHANNEL PATH; its condition code: 0 if the subchannels there were reset. */
static unsigned int reset_path(unsigned long path)
{
	unsigned int ipm;

	asm volatile("	lgr	1,%[path]\n"
		     "	rchp\n"
		     "	ipm	%[ipm]\n"
		     : [ipm] "=d" (ipm)
		     : [path] "d" (path)
		     : "1", "cc", "memory");
	return ipm >> 28;
}

/* -ENODEV as long as the machine has no such device, whatever Linux thinks. */
static int reset_device(u16 device)
{
	u32 schib[SCHIB_WORDS];
	unsigned long number;

	for (number = 0; !store_subchannel(number, schib); number++)
		if ((schib[SCHIB_DEVICE] & (DEVICE_VALID | U16_MAX)) == (DEVICE_VALID | device))
			return reset_path(schib[SCHIB_PATHS] >> 24) ? -EIO : 0;
	return -ENODEV;
}

static int set_reset(const char *value, const struct kernel_param *param)
{
	u16 device;
	int ret;

	ret = kstrtou16(value, 16, &device);
	return ret ? ret : reset_device(device);
}

static const struct kernel_param_ops reset_ops = {
	.set = set_reset,
};

module_param_cb(reset, &reset_ops, NULL, 0200);
MODULE_PARM_DESC(reset, "number of a device whose channel path is to be reset now");

static bool unstoppable;
module_param(unstoppable, bool, 0600);
MODULE_PARM_DESC(unstoppable, "channel programs cannot be stopped");

/* The function's answer when nothing has helped. */
static int refuse_to_stop(struct kprobe *probe, struct pt_regs *regs)
{
	if (!unstoppable)
		return 0;
	regs->gprs[2] = -EIO;
	instruction_pointer_set(regs, regs->gprs[14]);
	return 1;
}

static struct kprobe stopping = {
	.symbol_name = "cio_cancel_halt_clear",
	.pre_handler = refuse_to_stop,
};

static int __init hercules_css_init(void)
{
	int ret = make_paths();

	if (ret)
		return ret;
	system_ctl_clear_bit(14, CR14_CHANNEL_REPORT_SUBMASK_BIT);
	/* At last, for nobody takes the probe away again. */
	return register_kprobe(&stopping);
}
module_init(hercules_css_init);

MODULE_DESCRIPTION("What the channel subsystem of Hercules lacks");
MODULE_LICENSE("GPL");
