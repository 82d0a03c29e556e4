/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include "daemons/damon/damon-step.h"
#include "daemons/damon/damon-sysfs.h"
#include "daemons/lib/knob.h"
#include "daemons/lib/psi.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/json.h"

#define MS_PER_S 1000.0

static const char *const stats[] = { "nr_tried", "sz_tried", "nr_applied", "sz_applied",
				     "qt_exceeds" };

uint64_t damon_feed_value(uint64_t growth_us, int64_t elapsed_ms)
{
	return (uint64_t)((double)growth_us * MS_PER_S / (double)elapsed_ms);
}

static char *scheme_folder(unsigned kdamond, unsigned scheme)
{
	return path_format(DAMON_KDAMONDS "/%u/contexts/0/schemes/%u", kdamond, scheme);
}

/* Sets *ret_known where there are two readings to tell a growth from. */
static int feed_read(struct damon_run *r, unsigned index, uint64_t *ret, bool *ret_known,
		     struct err *e)
{
	const struct damon_scheme *s = &r->settings->schemes[index];
	struct damon_feed *f = &r->feeds[index];
	cleanup_free char *file = path_format("sys/fs/cgroup%s/memory.pressure", s->psi);
	int64_t now_ms = clock_now_ms();
	struct psi psi;
	int rc = psi_read(r->rootfd, file, &psi, e);

	*ret_known = false;
	if (rc == -ENOENT || rc == -ENODEV) {
		f->known = false;
		return 0;
	}
	if (rc)
		return rc;
	/* A cgroup that was made anew counts from 0 again. */
	if (f->known && now_ms > f->at_ms && psi.some.total_us >= f->total_us) {
		*ret = damon_feed_value(psi.some.total_us - f->total_us, now_ms - f->at_ms);
		*ret_known = true;
	}
	*f = (struct damon_feed){ psi.some.total_us, now_ms, true };
	return 0;
}

static int feed_write(struct damon_run *r, unsigned kdamond, unsigned scheme, uint64_t value,
		      struct err *e)
{
	cleanup_free char *folder = scheme_folder(kdamond, scheme);
	cleanup_free char *file = path_format("%s/quotas/goals/0/current_value", folder);
	cleanup_free char *text = path_format("%" PRIu64, value);

	return knob_write(r->rootfd, file, text, e);
}

/* Feeds what needs it; the values go into @schemes, the kdamond's list. */
static int kdamond_feed(struct damon_run *r, unsigned kdamond, json_t *schemes, struct err *e)
{
	const struct damon_kdamond *k = &r->kdamonds[kdamond];
	bool fed = false;

	for (unsigned i = 0; i < k->n_schemes; i++) {
		unsigned index = k->schemes[i];
		const struct damon_scheme *s = &r->settings->schemes[index];
		uint64_t value = 0;
		bool known;

		if (s->goal != DAMON_GOAL_USER_INPUT)
			continue;
		int rc = feed_read(r, index, &value, &known, e);

		if (!rc && known)
			rc = feed_write(r, kdamond, i, value, e);
		if (rc)
			return rc;
		fed |= known;
		json_object_set_new(json_array_get(schemes, i), "current_value",
				    known && value <= INT64_MAX ? json_integer((json_int_t)value)
								: json_null());
		json_object_set_new(json_array_get(schemes, i), "target_value",
				    json_integer((json_int_t)s->target_value));
	}
	return fed ? damon_command(r->rootfd, kdamond, "commit_schemes_quota_goals", e) : 0;
}

/* Also adds what was applied to *applied. */
static int stats_read(struct damon_run *r, unsigned kdamond, unsigned scheme, json_t *into,
		      uint64_t *applied, struct err *e)
{
	cleanup_free char *folder = scheme_folder(kdamond, scheme);

	for (size_t i = 0; i < ARRAY_SIZE(stats); i++) {
		cleanup_free char *file = path_format("%s/stats/%s", folder, stats[i]);
		uint64_t v;
		int rc = knob_number(r->rootfd, file, &v, e);

		if (rc)
			return rc;
		json_object_set_new(into, stats[i],
				    v <= INT64_MAX ? json_integer((json_int_t)v) : json_null());
		*applied += !strcmp(stats[i], "sz_applied") ? v : 0;
	}
	return 0;
}

/* How many regions a stat scheme matched last. */
static int regions_count(struct damon_run *r, unsigned kdamond, unsigned scheme, json_t *into,
			 struct err *e)
{
	cleanup_free char *folder = scheme_folder(kdamond, scheme);
	cleanup_free char *regions = path_format("%s/tried_regions", folder);
	int rc = damon_command(r->rootfd, kdamond, "update_schemes_tried_regions", e);

	if (rc)
		return rc;
	int fd = openat(r->rootfd, regions, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	json_int_t n = 0;

	if (!dir)
		return err_set(e, errno, "cannot read /%s: %m", regions);
	for (const struct dirent *d; (d = readdir(dir));)
		n += isdigit((unsigned char)*d->d_name) != 0;
	closedir(dir);
	json_object_set_new(into, "regions", json_integer(n));
	return 0;
}

/* Adds what was applied to @applied, by action. */
static int kdamond_step(struct damon_run *r, unsigned kdamond, json_t **ret,
			uint64_t applied[static DAMON_ACTION_COUNT], struct err *e)
{
	const struct damon_kdamond *k = &r->kdamonds[kdamond];
	cleanup_json json_t *schemes = json_array();

	for (unsigned i = 0; i < k->n_schemes; i++) {
		const struct damon_scheme *s = &r->settings->schemes[k->schemes[i]];

		json_array_append_new(schemes,
				      json_pack("{s:s}", "action", damon_actions[s->action]));
	}
	int rc = kdamond_feed(r, kdamond, schemes, e);

	if (!rc)
		rc = damon_command(r->rootfd, kdamond, "update_schemes_stats", e);
	for (unsigned i = 0; i < k->n_schemes && !rc; i++) {
		enum damon_action action = r->settings->schemes[k->schemes[i]].action;
		json_t *into = json_array_get(schemes, i);

		rc = stats_read(r, kdamond, i, into, &applied[action], e);
		if (!rc && action == DAMON_STAT && r->counts_regions)
			rc = regions_count(r, kdamond, i, into, e);
	}
	if (rc)
		return rc;
	*ret = json_pack("{s:o, s:O}", "node",
			 k->node == RAM_NODE_ALL ? json_string("all") : json_integer(k->node),
			 "schemes", schemes);
	return 0;
}

/* What each action in use applied since the last step: in sums over lines, nothing counts twice. */
static void growth_tell(struct damon_run *r, const uint64_t *applied, json_t *line)
{
	for (unsigned i = 0; i < r->settings->n_schemes; i++) {
		enum damon_action action = r->settings->schemes[i].action;
		cleanup_free char *name = path_format("%s_bytes", damon_actions[action]);
		uint64_t growth = applied[action] > r->applied[action]
					  ? applied[action] - r->applied[action]
					  : 0;

		if (action != DAMON_STAT && !json_object_get(line, name))
			json_object_set_new(line, name,
					    growth <= INT64_MAX ? json_integer((json_int_t)growth)
								: json_null());
	}
	memcpy(r->applied, applied, sizeof(r->applied));
}

int damon_step(struct damon_run *r, json_t *line, struct err *e)
{
	cleanup_json json_t *list = json_array();
	uint64_t applied[DAMON_ACTION_COUNT] = { 0 };

	for (unsigned i = 0; i < r->n_kdamonds; i++) {
		json_t *kdamond;
		int rc = kdamond_step(r, i, &kdamond, applied, e);

		if (rc)
			return rc;
		json_array_append_new(list, kdamond);
	}
	growth_tell(r, applied, line);
	json_object_set(line, "kdamonds", list);
	return 0;
}
