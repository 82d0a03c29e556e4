/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/host-facts.h"
#include "history/night.h"
#include "history/setup.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define UNKNOWN "?"

/* Statements of one addition. */
struct adding {
	struct history *h;
	const struct result *r;
	const char *host;	/* as the user names it, or NULL */
	json_int_t night;
	sqlite3_stmt *trend, *boot, *outcome;
};

/* As the user names it, else by its processor, CPUs and memory. */
static char *host_of(const struct adding *a, const json_t *doc)
{
	return a->host ? path_format("%s", a->host) : host_signature(json_object_get(doc, "host"));
}

static const json_t *first_done(const struct result *r)
{
	for (size_t i = 0; i < r->n_cells; i++)
		if (r->cells[i].doc)
			return r->cells[i].doc;
	return NULL;
}

/* The night that @r is already, or 0. */
static int night_find(const struct adding *a, const char *host, json_int_t *ret, struct err *e)
{
	cleanup_stmt sqlite3_stmt *s = NULL;
	int rc = history_prepare(a->h, "SELECT id FROM night WHERE started = ? AND experiment = ? "
				       "AND host = ?", &s, e);

	if (rc)
		return rc;
	history_bind(s, 1, json_str_or(a->r->plan, "created", ""));
	history_bind(s, 2, json_str(a->r->plan, "experiment"));
	history_bind(s, 3, host);
	rc = history_step(a->h, s, e);
	if (rc > 0)
		*ret = sqlite3_column_int64(s, 0);
	return rc < 0 ? rc : 0;
}

/* Takes out what there is of a night that is added again; its number stays. */
static int night_empty(struct history *h, json_int_t night, struct err *e)
{
	static const char *const tables[] = { "boot", "outcome", "ran" };

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		cleanup_free char *sql = path_format("DELETE FROM %s WHERE night = %lld", tables[i],
						     (long long)night);
		int rc = history_exec(h, sql, e);

		if (rc)
			return rc;
	}
	return 0;
}

static int night_write(struct adding *a, const char *host, struct err *e)
{
	cleanup_stmt sqlite3_stmt *s = NULL;
	const json_t *plan = a->r->plan, *doc = first_done(a->r);
	const json_t *versions = json_object_get(doc, "versions");
	const json_t *limit = json_object_get(plan, "limit_ratio");
	cleanup_free char *path = realpath(a->r->dir, NULL);
	const char *texts[] = {
		json_str_or(plan, "created", ""), json_str(plan, "experiment"), host,
		json_str_or(json_object_get(doc, "host"), "kernel", UNKNOWN),
		json_str_or(versions, "ramrig", UNKNOWN), json_str_or(versions, "qemu", UNKNOWN),
		json_str_or(versions, "libvirt", UNKNOWN),
		json_str_or(json_object_get(plan, "image"), "hash", UNKNOWN),
		json_str_or(plan, "clock", "host"), path ? path : a->r->dir,
		json_str(plan, "workload_scale"),
	};
	int rc = history_prepare(
		a->h,
		"INSERT INTO night (started, experiment, host, host_kernel, ramrig, qemu,"
		" libvirt, image,"
		" clock, result, workload_scale, topology_scale, limit_ratio)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (started, experiment, host) DO UPDATE SET"
		" host_kernel = excluded.host_kernel,"
		" ramrig = excluded.ramrig, qemu = excluded.qemu, libvirt = excluded.libvirt,"
		" image = excluded.image, result = excluded.result RETURNING id",
		&s, e);

	if (rc)
		return rc;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		history_bind(s, (int)i + 1, texts[i]);
	sqlite3_bind_int64(s, 12, json_int_or(plan, "scale", 1));
	if (limit)
		sqlite3_bind_double(s, 13, json_number_value(limit));
	rc = history_step(a->h, s, e);
	if (rc < 0)
		return rc;
	a->night = sqlite3_column_int64(s, 0);
	return history_run(a->h, s, e);
}

static int kernel_write(const struct adding *a, const char *name, const json_t *k, struct err *e)
{
	cleanup_stmt sqlite3_stmt *s = NULL, *ran = NULL;
	const char *texts[] = { name,
				json_str(k, "release"),
				json_str(k, "hash"),
				json_str(k, "bzimage"),
				json_str(k, "package"),
				json_str(k, "version"),
				json_str(k, "modules") };

	if (!texts[1] || !texts[2] || !texts[3])
		return err_set(e, EINVAL,
			       "%s/plan.json: the kernel '%s' has no release, hash or bzimage; "
			       "a plan gets them as it is run",
			       a->r->dir, name);
	int rc = history_prepare(a->h,
		"INSERT INTO kernel (name, release, hash, bzimage, package, version, modules)"
		" VALUES (?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT DO UPDATE SET modules = excluded.modules RETURNING id", &s, e);

	if (!rc)
		rc = history_prepare(a->h, "INSERT INTO ran VALUES (?, ?, ?)", &ran, e);
	if (rc)
		return rc;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		history_bind(s, (int)i + 1, texts[i]);
	rc = history_step(a->h, s, e);
	if (rc < 0)
		return rc;
	sqlite3_bind_int64(ran, 1, a->night);
	history_bind(ran, 2, name);
	sqlite3_bind_int64(ran, 3, sqlite3_column_int64(s, 0));
	rc = history_run(a->h, s, e);
	return rc ? rc : history_run(a->h, ran, e);
}

static bool proof_failed(const struct result_cell *c)
{
	return c->outcome == OUTCOME_OK &&
	       !strcmp(json_str(json_object_get(c->doc, "proof"), "status"), "failed");
}

static int outcome_write(const struct adding *a, const struct result_cell *c, struct err *e)
{
	const char *texts[] = { c->kernel, c->topology, c->workload, c->arm,
				c->doc ? json_str(c->doc, "outcome") : "not-done" };

	sqlite3_bind_int64(a->outcome, 1, a->night);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		history_bind(a->outcome, (int)i + 2, texts[i]);
	sqlite3_bind_int64(a->outcome, 7, proof_failed(c));
	return history_run(a->h, a->outcome, e);
}

/* The margin of a key metric that is asked of the cell's workload, else NULL. */
static const json_t *margin_of(const struct adding *a, const struct result_cell *c,
			       const char *metric)
{
	const json_t *m;
	size_t i;

	json_array_foreach(json_object_get(a->r->plan, "metrics"), i, m)
		if (!strcmp(json_str(m, "name"), metric) && result_asks(m, c->workload))
			return json_object_get(m, "margin");
	return NULL;
}

static int metric_write(const struct adding *a, const struct result_cell *c, const char *const *key,
			const char *name, const json_t *m, struct err *e)
{
	const json_t *fidelity = json_object_get(c->doc, "fidelity"),
		     *margin = margin_of(a, c, name);
	const char *texts[] = { json_str(a->r->plan, "experiment"),
				c->kernel,
				c->topology,
				c->workload,
				c->arm,
				name,
				json_str(m, "unit"),
				json_str(m, "scale"),
				json_str(fidelity, "accelerator"),
				json_str(fidelity, "clock"),
				key[0],
				key[1],
				key[2],
				json_str(m, "better") };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		history_bind(a->trend, (int)i + 1, texts[i]);
	sqlite3_bind_int64(a->trend, 15, json_int_or(fidelity, "cpus", 0));
	if (margin)
		sqlite3_bind_double(a->trend, 16, json_number_value(margin));
	int rc = history_step(a->h, a->trend, e);

	if (rc < 0)
		return rc;
	sqlite3_bind_int64(a->boot, 1, sqlite3_column_int64(a->trend, 0));
	sqlite3_bind_int64(a->boot, 2, a->night);
	sqlite3_bind_int64(a->boot, 3, c->n);
	sqlite3_bind_double(a->boot, 4, json_number_value(json_object_get(c->values, name)));
	rc = history_run(a->h, a->trend, e);
	return rc ? rc : history_run(a->h, a->boot, e);
}

static int metrics_write(const struct adding *a, const struct result_cell *c, struct err *e)
{
	char setup[SETUP_SIZE];
	int rc = setup_hash(a->r->plan, c->topology, c->workload, c->arm, setup, e);
	cleanup_free char *host = host_of(a, c->doc);
	cleanup_free char *nodes =
		json_dumps(json_object_get(json_object_get(c->doc, "fidelity"), "nodes"),
			   JSON_COMPACT | JSON_SORT_KEYS);
	const char *const key[] = { nodes, host, setup };
	const char *name;
	json_t *m;

	json_object_foreach(c->about, name, m)
		if (!rc)
			rc = metric_write(a, c, key, name, m, e);
	return rc;
}

static int cells_write(struct adding *a, struct err *e)
{
	int rc = history_prepare(a->h,
		"INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO UPDATE"
		" SET cells = cells + 1, unproven = unproven + excluded.unproven", &a->outcome, e);

	if (!rc)
		rc = history_prepare(
			a->h,
			"INSERT INTO trend (experiment, kernel, topology, workload, arm, metric,"
			" unit, scale,"
			" accelerator, clock, nodes, host, setup, better, cpus, margin)"
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO"
			" UPDATE"
			" SET better = excluded.better, margin = excluded.margin RETURNING id",
			&a->trend, e);
	if (!rc)
		rc = history_prepare(a->h, "INSERT INTO boot VALUES (?, ?, ?, ?)", &a->boot, e);
	for (size_t i = 0; !rc && i < a->r->n_cells; i++) {
		const struct result_cell *c = &a->r->cells[i];

		rc = outcome_write(a, c, e);
		if (!rc && c->outcome == OUTCOME_OK && c->pair && !proof_failed(c))
			rc = metrics_write(a, c, e);
	}
	return rc;
}

static int add(struct adding *a, json_int_t *ret_again, struct err *e)
{
	cleanup_free char *host = host_of(a, first_done(a->r));
	const char *name;
	json_t *k;
	int rc = night_find(a, host, ret_again, e);

	if (!rc && *ret_again)
		rc = night_empty(a->h, *ret_again, e);
	if (!rc)
		rc = night_write(a, host, e);
	json_object_foreach(json_object_get(a->r->plan, "kernels"), name, k)
		if (!rc)
			rc = kernel_write(a, name, k, e);
	return rc ? rc : cells_write(a, e);
}

int night_add(struct history *h, const struct result *r, const char *host, json_int_t *ret_night,
	      bool *ret_again, struct err *e)
{
	struct adding a = { .h = h, .r = r, .host = host };
	json_int_t again = 0;

	if (!first_done(r))
		return err_set(e, ENODATA, "%s has no cell that is done", r->dir);
	int rc = history_exec(h, "BEGIN IMMEDIATE", e);

	if (rc)
		return rc;
	rc = add(&a, &again, e);
	sqlite3_finalize(a.trend);
	sqlite3_finalize(a.boot);
	sqlite3_finalize(a.outcome);
	rc = history_end(h, rc, e);
	if (rc)
		return rc;
	*ret_night = a.night;
	*ret_again = again > 0;
	return 0;
}
