/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "cell/conform-row.h"
#include "cell/guest-admin.h"
#include "cell/swap.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define ARGV_MAX (4 + TOPOLOGY_DEVICES_MAX + 1)

/* All in one process: under TCG it costs more to start one than all that it does. */
static const char script[] = "for disk; do mkswap \"$disk\" || exit 1; done";

static void want_kind(const struct cell *c, const json_t *entry, json_t *wanted)
{
	const char *kind = json_str(entry, "device");

	for (size_t i = 0; i < c->topology->n_devices; i++) {
		const struct topology_device *d = &c->topology->devices[i];

		if (strcmp(device_kind_names[d->kind], kind) || !topology_swappable(d, d->kind))
			continue;
		json_array_append_new(wanted, json_pack("{s:s, s:s, s:s, s:I}", "name", d->name,
							"kind", kind, "disk", c->guest->disks[i],
							"priority",
							json_int_or(entry, "priority", 0)));
	}
}

static json_t *want(const struct cell *c)
{
	json_t *wanted = json_array();
	const json_t *policy, *entry;
	size_t i, k;

	json_array_foreach(c->policies, i, policy)
		json_array_foreach(json_object_get(policy, "swap"), k, entry)
			want_kind(c, entry, wanted);
	return wanted;
}

static int make_swap(struct guest *g, const json_t *wanted, struct err *e)
{
	const char *argv[ARGV_MAX] = { "sh", "-c", script, "mkswap" };
	const json_t *w;
	size_t i;

	json_array_foreach(wanted, i, w) {
		if (i == TOPOLOGY_DEVICES_MAX)
			return err_set(e, E2BIG, "the policies swap to more than %d devices",
				       TOPOLOGY_DEVICES_MAX);
		argv[4 + i] = json_str(w, "disk");
	}
	return guest_run(g, argv, NULL, e);
}

static int turn_on(struct guest *g, const json_t *wanted, struct err *e)
{
	int rc = make_swap(g, wanted, e);
	const json_t *w;
	size_t i;

	json_array_foreach(wanted, i, w) {
		if (rc)
			break;
		rc = guest_call(g, "swap-on",
				json_pack("{s:O, s:O}", "device", json_object_get(w, "disk"),
					  "priority", json_object_get(w, "priority")),
				NULL, e);
	}
	return rc;
}

struct swap_line {
	char disk[128];
	int priority;
};

/*
 * Takes lines off *@at until one is an area that is swapped to, of "Filename
 * Type Size Used Priority"; false where there is none. The heading is none.
 */
static bool line_next(const char **at, struct swap_line *ret)
{
	while (**at) {
		size_t len = strcspn(*at, "\n");
		cleanup_free char *line = path_format("%.*s", (int)len, *at);

		*at += len + ((*at)[len] == '\n');
		if (sscanf(line, "%127s %*s %*s %*s %d", ret->disk, &ret->priority) == 2)
			return true;
	}
	return false;
}

static int compare_wanted(const json_t *w, const char *lines, json_t *rows)
{
	const char *disk = json_str(w, "disk");
	cleanup_free char *what = path_format("swap on %s (%s)", json_str(w, "name"),
					      json_str(w, "kind"));
	cleanup_free char *declared = path_format("priority %" JSON_INTEGER_FORMAT,
						  json_int_or(w, "priority", 0));
	char seen[32] = "none";
	struct swap_line l;

	while (line_next(&lines, &l))
		if (!strcmp(l.disk, disk))
			snprintf(seen, sizeof(seen), "priority %d", l.priority);
	return conform_row(rows, what, declared, seen, !strcmp(declared, seen));
}

int swap_compare(const json_t *wanted, const char *proc_swaps, json_t *rows)
{
	struct swap_line l;
	int differ = 0;
	const json_t *w;
	size_t i;

	json_array_foreach(wanted, i, w)
		differ += compare_wanted(w, proc_swaps, rows);
	while (line_next(&proc_swaps, &l)) {
		if (json_array_find(wanted, "disk", l.disk))
			continue;
		cleanup_free char *what = path_format("swap on %s", l.disk);
		cleanup_free char *seen = path_format("priority %d", l.priority);

		differ += conform_row(rows, what, "none", seen, false);
	}
	return differ;
}

json_t *swap_areas(const json_t *wanted, const char *proc_swaps)
{
	json_t *areas = json_array();
	struct swap_line l;

	while (line_next(&proc_swaps, &l)) {
		const json_t *w = json_array_find(wanted, "disk", l.disk);

		json_array_append_new(areas, json_pack("{s:s, s:i}", "kind",
						       w ? json_str(w, "kind") : "", "priority",
						       l.priority));
	}
	return areas;
}

int cell_swap_on(struct cell *c, struct err *e)
{
	cleanup_json json_t *wanted = want(c);
	cleanup_free char *swaps = NULL;

	if (!json_array_size(wanted))
		return 0;
	int rc = turn_on(c->guest, wanted, e);
	if (!rc)
		rc = guest_read(c->guest, "/proc/swaps", &swaps, e);
	if (rc)
		return rc;
	c->swap_areas = swap_areas(wanted, swaps);
	json_t *rows = json_object_get(c->result, "conformance");

	return swap_compare(wanted, swaps, rows) ? conform_rows_judge(rows, e) : 0;
}
