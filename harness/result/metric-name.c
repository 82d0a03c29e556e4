/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/metric-name.h"
#include "result/stalls.h"
#include "topology/topology.h"

static const char *fill_group(const json_t *workload, size_t i, char *buf)
{
	const json_t *groups = json_object_get(workload, "groups");

	if (i >= json_array_size(groups))
		return NULL;
	snprintf(buf, METRIC_FILL_SIZE, "%s", json_string_value(json_array_get(groups, i)));
	return buf;
}

static const char *fill_node(const json_t *workload, size_t i, char *buf)
{
	(void)workload;
	if (i >= TOPOLOGY_NODES_MAX)
		return NULL;
	snprintf(buf, METRIC_FILL_SIZE, "%zu", i);
	return buf;
}

static const char *fill_device(const json_t *workload, size_t i, char *buf)
{
	(void)workload;
	if (i >= DEVICE_KIND_COUNT)
		return NULL;
	snprintf(buf, METRIC_FILL_SIZE, "%s", device_kind_names[i]);
	return buf;
}

static const char *fill_mechanism(const json_t *workload, size_t i, char *buf)
{
	(void)workload;
	if (i >= STALL_MECHANISMS)
		return NULL;
	snprintf(buf, METRIC_FILL_SIZE, "%s", stall_mechanism_names[i]);
	return buf;
}

static const struct placeholder {
	const char *mark;
	const char *(*fill)(const json_t *workload, size_t i, char *buf);
	bool is_workloads;	/* without a workload any name will do */
} placeholders[] = {
	{ "{group}", fill_group, true },
	{ "{node}", fill_node, false },
	{ "{device}", fill_device, false },
	{ "{mechanism}", fill_mechanism, false },
};

/* Finds the placeholder in @pattern, and where it stands. */
static const struct placeholder *placeholder_find(const char *pattern, const char **ret_at)
{
	for (size_t i = 0; i < ARRAY_SIZE(placeholders); i++) {
		*ret_at = strstr(pattern, placeholders[i].mark);
		if (*ret_at)
			return &placeholders[i];
	}
	return NULL;
}

const char *metric_expand(const char *pattern, const char *fill, char buf[static METRIC_NAME_SIZE])
{
	const char *at;
	const struct placeholder *p = placeholder_find(pattern, &at);

	if (p)
		snprintf(buf, METRIC_NAME_SIZE, "%.*s%s%s", (int)(at - pattern), pattern, fill,
			 at + strlen(p->mark));
	else
		snprintf(buf, METRIC_NAME_SIZE, "%s", pattern);
	return buf;
}

const char *metric_fill(const struct metric_info *m, const json_t *workload, size_t i,
			char buf[static METRIC_FILL_SIZE])
{
	const char *at;
	const struct placeholder *p = placeholder_find(m->name, &at);

	return p ? p->fill(workload, i, buf) : i ? NULL : "";
}

static bool fill_known(const struct metric_info *m, const struct placeholder *p,
		       const json_t *workload, const char *fill)
{
	char buf[METRIC_FILL_SIZE];
	const char *known;

	if (p->is_workloads && !workload)
		return true;
	for (size_t i = 0; (known = metric_fill(m, workload, i, buf)); i++)
		if (!strcmp(known, fill))
			return true;
	return false;
}

/* Whether @name is the metric's; its fill then is in @fill. */
static bool name_matches(const struct metric_info *m, const char *name, const json_t *workload,
			 char *fill)
{
	const char *at;
	const struct placeholder *p = placeholder_find(m->name, &at);

	if (!p) {
		*fill = '\0';
		return !strcmp(m->name, name);
	}
	const char *tail = at + strlen(p->mark);
	size_t head_len = (size_t)(at - m->name), tail_len = strlen(tail), len = strlen(name);

	if (len <= head_len + tail_len || memcmp(name, m->name, head_len) ||
	    strcmp(name + len - tail_len, tail))
		return false;
	snprintf(fill, METRIC_FILL_SIZE, "%.*s", (int)(len - head_len - tail_len), name + head_len);
	return fill_known(m, p, workload, fill);
}

const struct metric_info *metric_match(const char *name, const json_t *workload,
				       char fill[static METRIC_FILL_SIZE])
{
	for (const struct metric_info *m = metric_table; m->name; m++)
		if (name_matches(m, name, workload, fill))
			return m;
	return NULL;
}

const struct metric_info *metric_find(const char *name, const json_t *workload)
{
	char fill[METRIC_FILL_SIZE];

	return metric_match(name, workload, fill);
}
