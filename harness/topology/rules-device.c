/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "lib/cleanup.h"
#include "lib/quantity.h"
#include "spec/nearest.h"
#include "topology/rules.h"
#include "vm/domain.h"

#define DEVICE_GRANULE (1ULL << 20)	/* null_blk counts in it */

static int names_can_be_serials(const struct rule_target *r)
{
	char at[POINTER_SIZE];

	for (size_t i = 0; i < r->t->n_devices; i++) {
		const char *name = r->t->devices[i].name;

		rule_at(at, "devices", i, "name");
		if (strlen(name) > TOPOLOGY_NAME_MAX)
			return rule_broken(r, at, "name: '%s' has %zu letters; it becomes the disk's "
					   "serial number, which can have %d", name, strlen(name),
					   TOPOLOGY_NAME_MAX);
		if (!strcmp(name, ROOT_DISK_SERIAL))
			return rule_broken(r, at, "name: '%s' is the root disk's; take another", name);
	}
	return 0;
}

static int device_sizes_fit_their_granule(const struct rule_target *r)
{
	char at[POINTER_SIZE], size[QUANTITY_TEXT];

	for (size_t i = 0; i < r->t->n_devices; i++) {
		uint64_t bytes = r->t->devices[i].bytes;

		if (bytes % DEVICE_GRANULE)
			return rule_broken(r, rule_at(at, "devices", i, "size"), "size: %s is no "
					   "multiple of 1MiB",
					   quantity_format(QUANTITY_SIZE, bytes, size, sizeof(size)));
	}
	return 0;
}

/* Names of the devices that could back a zram: "flash, slow". */
static void backings_name(const struct topology *t, char *buf, size_t size)
{
	size_t len = 0;

	*buf = '\0';
	for (size_t i = 0; i < t->n_devices && len < size; i++)
		if (t->devices[i].kind != DEVICE_ZRAM)
			len += (size_t)snprintf(buf + len, size - len, "%s%s", len ? ", " : "",
						t->devices[i].name);
}

/* The name that the zram device @i gives for its backing means no device. */
static int backing_missing(const struct rule_target *r, size_t i, const char *name)
{
	char at[POINTER_SIZE], known[160], hint[100];
	struct nearest near = { .written = name };

	for (size_t k = 0; k < r->t->n_devices; k++)
		if (r->t->devices[k].kind != DEVICE_ZRAM)
			nearest_offer(&near, r->t->devices[k].name);
	backings_name(r->t, known, sizeof(known));
	return rule_broken(r, rule_at(at, "devices", i, "backing"), "backing: there is no device '%.32s' "
			   "in this topology%s%s%s", name, nearest_hint(&near, hint, sizeof(hint)),
			   near.best ? "" : *known ? "; it has " : "; add an nvme or timed one",
			   near.best ? "" : known);
}

static int backings_can_back(const struct rule_target *r)
{
	const json_t *list = json_object_get(r->doc, "devices");

	for (size_t i = 0; i < r->t->n_devices; i++) {
		const char *name = json_str(json_array_get(list, i), "backing");
		const struct topology_device *d = &r->t->devices[i];
		char at[POINTER_SIZE];

		if (!name)
			continue;
		rule_at(at, "devices", i, "backing");
		if (!d->backing)
			return backing_missing(r, i, name);
		if (d->backing == d)
			return rule_broken(r, at, "backing: '%s' cannot write back to itself; name an "
					   "nvme or timed device", name);
		if (d->backing->kind == DEVICE_ZRAM)
			return rule_broken(r, at, "backing: '%s' is a zram device, too, and writing back "
					   "to it would free no memory; name an nvme or timed device",
					   name);
		for (size_t k = 0; k < i; k++)
			if (r->t->devices[k].backing == d->backing)
				return rule_broken(r, at, "backing: '%s' backs '%s' already, and a zram "
						   "device has its backing to itself", name,
						   r->t->devices[k].name);
	}
	return 0;
}

static int memory_limits_can_be_reached(const struct rule_target *r)
{
	char at[POINTER_SIZE], limit[QUANTITY_TEXT], size[QUANTITY_TEXT];

	for (size_t i = 0; i < r->t->n_devices; i++) {
		const struct topology_device *d = &r->t->devices[i];

		if (d->memory_limit <= d->bytes)
			continue;
		return rule_broken(r, rule_at(at, "devices", i, "memory_limit"), "memory_limit: %s is "
				   "above the device's size, %s, and would limit nothing",
				   quantity_format(QUANTITY_SIZE, d->memory_limit, limit, sizeof(limit)),
				   quantity_format(QUANTITY_SIZE, d->bytes, size, sizeof(size)));
	}
	return 0;
}

static int burst_check(const struct rule_target *r, size_t i, const char *key, uint64_t rate,
		       uint64_t burst)
{
	char at[POINTER_SIZE], name[32];

	snprintf(name, sizeof(name), "%s_burst", key);
	rule_at(at, "devices", i, name);
	if (burst && !rate)
		return rule_broken(r, at, "%s: there is no '%s' that it could exceed; add one, or take "
				   "it away", name, key);
	if (burst && burst < rate)
		return rule_broken(r, at, "%s: is below '%s', which holds after the burst; let it be "
				   "the greater", name, key);
	return 0;
}

static int bursts_exceed_their_rates(const struct rule_target *r)
{
	int rc = 0;

	for (size_t i = 0; i < r->t->n_devices && !rc; i++) {
		const struct topology_device *d = &r->t->devices[i];

		rc = burst_check(r, i, "iops", d->iops, d->iops_burst);
		if (!rc)
			rc = burst_check(r, i, "bandwidth", d->bandwidth, d->bandwidth_burst);
	}
	return rc;
}

const rule device_rules[] = {
	names_can_be_serials,
	device_sizes_fit_their_granule,
	backings_can_back,
	memory_limits_can_be_reached,
	bursts_exceed_their_rates,
	NULL,
};
