// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a channel subsystem has and Hercules 3.13 lacks, so that Linux can do under it
 * what it does elsewhere. All that follows from it is the kernel's own doing.
 *
 * Channel paths: the machine has them but does not describe them (CHSC command 0002,
 * "store channel-path description"), and Linux keeps no object for a path without a
 * description. The parameter "paths" lists those to make objects for; the common I/O
 * layer makes them, and gets the description from here.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <asm/chpid.h>

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

static int __init hercules_css_init(void)
{
	return make_paths();
}
module_init(hercules_css_init);

MODULE_DESCRIPTION("What the channel subsystem of Hercules lacks");
MODULE_LICENSE("GPL");
