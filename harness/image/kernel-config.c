/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "image/kernel-config.h"
#include "image/kernel-tree.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define CONFIG_MAX (4U << 20)

const struct kernel_option kernel_options[] = {
	{ "NUMA", "more than one memory node" },
	{ "NUMA_BALANCING", "pages follow the CPU that uses them" },
	{ "MIGRATION", "pages can move between nodes" },
	{ "LRU_GEN", "multi-generational LRU" },
	{ "MEMCG", "memory cgroups" },
	{ "PSI", "pressure stall information" },
	{ "KSM", "equal pages are merged" },
	{ "TRANSPARENT_HUGEPAGE", "huge pages without asking" },
	{ "SWAP", "swapping" },
	{ "ZSWAP", "a compressed cache in front of swap" },
	{ "ZRAM", "a compressed block device in memory" },
	{ "ZRAM_WRITEBACK", "zram can write back to a disk" },
	{ "ZRAM_MULTI_COMP", "zram can recompress" },
	{ "BLK_DEV_NULL_BLK", "a block device with a chosen latency" },
	{ "DAMON", "access monitoring" },
	{ "DAMON_RECLAIM", "reclaim driven by DAMON" },
	{ "DAMON_SYSFS", "DAMON's interface in /sys" },
	{ "ACPI_HMAT", "memory tiers from the firmware's table" },
	{ "CXL_BUS", "CXL devices" },
	{ "CXL_PCI", "CXL memory expanders" },
	{ "CXL_REGION", "CXL regions made by the guest" },
	{ "DEV_DAX", "memory as a dax device" },
	{ "DEV_DAX_KMEM", "a dax device as system memory" },
	{ "BLK_DEV_NVME", "NVMe disks" },
	{ "VIRTIO_BLK", "virtio disks" },
	{ "VIRTIO_CONSOLE", "the agent's channel" },
	{ "DEBUG_INFO_BTF", "BPF programs that fit any kernel" },
	{ "TASK_DELAY_ACCT", "delay accounting" },
	{ NULL, NULL }
};

/* The value of CONFIG_@name, "" where it is off. The caller frees it. */
static char *option_value(const char *text, const char *name)
{
	cleanup_free char *key = path_format("CONFIG_%s=", name);
	size_t len = strlen(key);

	for (const char *line = text; *line; line = strchrnul(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, len))
			return path_format("%.*s", (int)strcspn(line + len, "\n"), line + len);
	}
	return path_format("%s", "");
}

json_t *kernel_config_parse(const char *text)
{
	json_t *j = json_object();

	for (const struct kernel_option *o = kernel_options; o->name; o++) {
		cleanup_free char *value = option_value(text, o->name);

		json_object_set_new(j, o->name, *value ? json_string(value) : json_null());
	}
	return j;
}

/* Beside the image as distributions name it, or at the root of a built tree. */
char *kernel_config_path(const struct kernel *k)
{
	const char *in_tree = strstr(k->bzimage, "/" KERNEL_TREE_BZIMAGE);
	const char *slash = strrchr(k->bzimage, '/');

	if (in_tree)
		return path_format("%.*s/.config", (int)(in_tree - k->bzimage), k->bzimage);
	return path_format("%.*s/config-%s", slash ? (int)(slash - k->bzimage) : 1,
			   slash ? k->bzimage : ".", k->release);
}

/* Sets *ret to NULL where the file is not known. */
static int config_read(const struct kernel *k, char **ret, struct err *e)
{
	cleanup_free char *path = kernel_config_path(k);

	*ret = NULL;
	return access(path, F_OK) ? 0 : file_read(AT_FDCWD, path, CONFIG_MAX, ret, NULL, e);
}

int kernel_config_load(const struct kernel *k, json_t **ret, struct err *e)
{
	cleanup_free char *text = NULL;
	int rc = config_read(k, &text, e);

	if (!rc)
		*ret = text ? kernel_config_parse(text) : NULL;
	return rc;
}

int kernel_config_missing(const struct kernel *k, const json_t *options, const char **ret,
			  struct err *e)
{
	cleanup_free char *text = NULL;
	int rc = config_read(k, &text, e);
	const json_t *name;
	size_t i;

	*ret = NULL;
	json_array_foreach(options, i, name) {
		cleanup_free char *value = text ? option_value(text, json_string_value(name)) : NULL;

		if (value && !*value && !*ret)
			*ret = json_string_value(name);
	}
	return rc;
}
