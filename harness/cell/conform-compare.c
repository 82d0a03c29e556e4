/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cell/conform-parts.h"
#include "lib/cleanup.h"

/* In the order of the table that a reader gets. */
static void (*const parts[])(struct conform *c) = {
	conform_nodes, conform_distances, conform_hmat, conform_cxl, conform_tiers, conform_devices,
};

static int compare(struct conform *c)
{
	conform_cxl_parse(c);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		parts[i](c);
	json_decref(c->memdevs);
	json_decref(c->regions);
	return c->differ;
}

int conform_compare(const struct topology *t, enum guest_clock clock,
		    const struct conform_seen *seen, json_t *rows)
{
	struct conform c = { .t = t, .cpus = guest_cpus(t, clock), .seen = seen, .rows = rows };

	return compare(&c);
}

json_t *conform_missing(const struct topology *t, enum guest_clock clock,
			const struct conform_seen *seen)
{
	cleanup_json json_t *rows = json_array();
	struct conform c = {
		.t = t,
		.cpus = guest_cpus(t, clock),
		.seen = seen,
		.missing = json_object(),
		.rows = rows,
	};

	compare(&c);
	return c.missing;
}
