/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "cell/guest-modules.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "vm/domain.h"

/* Modules of each part of a topology; what these depend on comes by itself. */
static const char *const disk_modules[][2] = {
	[DISK_VIRTIO] = { "virtio_blk", "ext4" },
	[DISK_NVME] = { "nvme", "ext4" },
};

static const char *const cxl_modules[] = {
	"cxl_acpi", "cxl_pci", "cxl_port", "cxl_mem", "cxl_pmem", "nd_pmem", "dax_pmem",
	"device_dax", "kmem",
};

static const char *const device_modules[DEVICE_KIND_COUNT] = {
	[DEVICE_ZRAM] = "zram",
	[DEVICE_NVME] = "nvme",
	[DEVICE_TIMED] = "null_blk",
};

static void add(struct guest_modules *m, const char *name, const char *options,
		enum module_need need)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->list[i].name, name))
			return;
	if (m->n < GUEST_MODULES_MAX - 1)
		m->list[m->n++] = (struct module_want){ name, options, need };
}

static void add_device(struct guest_modules *m, const struct topology_device *d)
{
	const char *options = NULL;

	/* Before 6.12 zram compresses with the crypto module of the algorithm's name. */
	if (d->kind == DEVICE_ZRAM) {
		add(m, d->algorithm, NULL, MODULE_WELCOME);
		options = m->zram_options;
	}
	/* It comes with a device of its own that nobody asked for. */
	if (d->kind == DEVICE_TIMED)
		options = "nr_devices=0";
	add(m, device_modules[d->kind], options, MODULE_WANTED);
}

static void add_cxl(struct guest_modules *m, const struct topology *t,
		    const struct vm_features *features)
{
	bool is_volatile = false;

	if (!topology_nodes_of(t, NODE_CXL))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(cxl_modules); i++)
		add(m, cxl_modules[i], NULL, MODULE_WANTED);
	for (size_t i = 0; i < t->n_nodes; i++)
		is_volatile |= t->nodes[i].kind == NODE_CXL &&
			       domain_cxl_media(&t->nodes[i], features) == MEDIA_VOLATILE;
	if (is_volatile)
		add(m, "dax_cxl", NULL, MODULE_WANTED);
}

void guest_modules_set(const struct topology *t, const struct vm_features *features,
		       struct guest_modules *ret)
{
	*ret = (struct guest_modules){ .n = 0 };
	snprintf(ret->zram_options, sizeof(ret->zram_options), "num_devices=%zu",
		 topology_devices_of(t, DEVICE_ZRAM));
	for (size_t i = 0; i < ARRAY_SIZE(disk_modules[0]); i++)
		add(ret, disk_modules[t->disk][i], NULL, MODULE_REQUIRED);
	for (size_t i = 0; i < t->n_devices; i++)
		add_device(ret, &t->devices[i]);
	add_cxl(ret, t, features);
}

void guest_modules_add(struct guest_modules *m, const json_t *policies)
{
	const json_t *policy, *name;
	size_t i, k;

	json_array_foreach(policies, i, policy)
		json_array_foreach(json_object_get(policy, "modules"), k, name)
			add(m, json_string_value(name), NULL, MODULE_WELCOME);
}

char *guest_modules_cmdline(const struct guest_modules *m)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	for (size_t i = 0; out && i < m->n; i++)
		if (m->list[i].options)
			fprintf(out, " %s.%s", m->list[i].name, m->list[i].options);
	if (out)
		fclose(out);
	return text ? text : path_format("%s", "");
}
