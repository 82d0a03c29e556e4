/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/guest-admin.h"
#include "cell/limits.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "proto/protocol.h"

#define PAGE_BYTES 4096

const json_t *limits_cell(const json_t *plan, const json_t *cell)
{
	const json_t *other;
	size_t i;

	if (!json_object_get(plan, "limit_ratio") || !json_int_or(cell, "pair", 0))
		return NULL;
	json_array_foreach(json_object_get(plan, "cells"), i, other) {
		if (!json_int_or(other, "pair", 0) &&
		    !strcmp(json_str(other, "topology"), json_str(cell, "topology")) &&
		    !strcmp(json_str(other, "workload"), json_str(cell, "workload")))
			return other;
	}
	return NULL;
}

static int limit_of(const json_t *peaks, const char *group, double ratio, json_t *limits,
		    struct err *e)
{
	json_int_t pages = (json_int_t)((double)json_int_or(peaks, group, 0) * ratio) / PAGE_BYTES;

	if (pages <= 0)
		return err_set(e, ENODATA, "it does not tell the most memory that group %s took "
			       "(memory.peak, which Linux has since 5.19)", group);
	json_object_set_new(limits, group, json_integer(pages * PAGE_BYTES));
	return 0;
}

int limits_compute(const json_t *plan, const json_t *cell, const char *dir, json_t **ret,
		   struct err *e)
{
	double ratio = json_number_value(json_object_get(plan, "limit_ratio"));
	const json_t *unlimited = limits_cell(plan, cell), *group;
	const json_t *workload = json_object_get(json_object_get(plan, "workloads"),
						 json_str(cell, "workload"));
	int n = (int)json_int_or(unlimited, "n", 0);
	cleanup_json json_t *doc = NULL, *limits = json_object();
	cleanup_free char *path = path_format("%s/cells/%04d/result.json", dir, n);
	size_t i;

	*ret = json_deep_copy(json_object_get(cell, "limits"));
	if (*ret || !unlimited)
		return 0;
	if (json_load_path(path, &doc, e))
		return err_set(e, ENODATA, "cell %d, which tells how much memory %s takes on %s, is not "
			       "done", n, json_str(cell, "workload"), json_str(cell, "topology"));
	json_array_foreach(json_object_get(workload, "limited"), i, group) {
		int rc = limit_of(json_object_get(doc, "peaks"), json_string_value(group), ratio,
				  limits, e);

		if (rc)
			return err_prefix(e, "cell %d: ", n);
	}
	*ret = take_ptr(limits);
	return 0;
}

int limits_note_peaks(struct cell *c, struct err *e)
{
	json_t *peaks = json_object();
	const json_t *group;
	size_t i;

	json_object_set_new(c->result, "peaks", peaks);
	json_array_foreach(json_object_get(c->workload, "limited"), i, group) {
		const char *name = json_string_value(group);
		cleanup_free char *path = path_format(PROTOCOL_CGROUP "/%s/memory.peak", name);
		cleanup_free char *text = NULL;
		int rc = guest_read(c->guest, path, &text, e);

		if (rc && !link_answered(c->guest->link))
			return rc;
		long long bytes = rc ? 0 : strtoll(text, NULL, 10);
		if (bytes > 0)
			json_object_set_new(peaks, name, json_integer(bytes));
	}
	return 0;
}

int limits_set(struct cell *c, struct err *e)
{
	const char *group;
	json_t *bytes;

	json_object_foreach(c->limits, group, bytes) {
		cleanup_free char *folder = path_format(PROTOCOL_CGROUP "/%s", group);
		cleanup_free char *file = path_format("%s/memory.max", folder);
		cleanup_free char *value = path_format("%" JSON_INTEGER_FORMAT,
						       json_integer_value(bytes));
		int rc = guest_call(c->guest, "mkdir", json_pack("{s:s}", "path", folder), NULL, e);

		if (!rc)
			rc = guest_write(c->guest, file, value, e);
		if (rc)
			return rc;
	}
	return 0;
}
