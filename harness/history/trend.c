/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include "history/trend.h"
#include "lib/cleanup.h"
#include "stats/summary.h"

/* Texts of a trend, as columns of the query from 1 on and keys of the object. */
static const char *const texts[] = { "experiment", "kernel", "topology", "workload", "arm",
				     "metric",	   "unit",   "scale",	 "better",   "accelerator",
				     "clock",	   "host",   "setup" };
enum column {
	COL_TREND, COL_TEXTS, COL_CPUS = COL_TEXTS + ARRAY_SIZE(texts), COL_MARGIN, COL_NIGHT,
	COL_STARTED, COL_RELEASE, COL_HASH, COL_VALUE
};

static const char query[] =
	"SELECT t.id, t.experiment, t.kernel, t.topology, t.workload, t.arm, t.metric, t.unit,"
	" t.scale, t.better, t.accelerator, t.clock, t.host, t.setup, t.cpus, t.margin, n.id,"
	" n.started, k.release, k.hash, b.value"
	" FROM trend t JOIN boot b ON b.trend = t.id JOIN night n ON n.id = b.night"
	" LEFT JOIN ran r ON r.night = n.id AND r.name = t.kernel LEFT JOIN kernel k ON k.id ="
	" r.kernel WHERE (?1 IS NULL OR t.experiment = ?1) AND (?2 IS NULL OR t.kernel = ?2)"
	" AND (?3 IS NULL OR t.topology = ?3) AND (?4 IS NULL OR t.workload = ?4)"
	" AND (?5 IS NULL OR t.arm = ?5) AND (?6 IS NULL OR t.metric = ?6)"
	" AND (?7 IS NULL OR t.host = ?7) AND (?8 = 0 OR t.margin IS NOT NULL)"
	" ORDER BY t.workload, t.topology, t.arm, t.kernel, t.metric, t.experiment, t.id,"
	" n.started, n.id,"
	" b.n";

/* Values of the night that is being read. */
struct boots {
	json_t *night;		/* borrowed */
	double *v;
	size_t n, room;
};

static void night_close(struct boots *b)
{
	if (!b->night)
		return;
	json_object_set_new(b->night, "boots", json_integer((json_int_t)b->n));
	json_object_set_new(b->night, "median", json_real(summary_median(b->v, b->n)));
	json_object_set_new(b->night, "least", json_real(summary_quantile(b->v, b->n, 0)));
	json_object_set_new(b->night, "most", json_real(summary_quantile(b->v, b->n, 1)));
	b->night = NULL;
	b->n = 0;
}

static int boot_add(struct boots *b, double value, struct err *e)
{
	if (b->n == b->room) {
		size_t room = b->room ? 2 * b->room : 16;
		double *v = reallocarray(b->v, room, sizeof(*v));

		if (!v)
			return err_set(e, ENOMEM, "out of memory for %zu boots", room);
		b->v = v;
		b->room = room;
	}
	b->v[b->n++] = value;
	return 0;
}

static json_t *trend_begin(sqlite3_stmt *s)
{
	json_t *t = json_pack("{s:I, s:I, s:[]}", "trend",
			      (json_int_t)sqlite3_column_int64(s, COL_TREND), "cpus",
			      (json_int_t)sqlite3_column_int64(s, COL_CPUS), "nights");

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		json_object_set_new(t, texts[i], history_json(s, COL_TEXTS + (int)i));
	json_object_set_new(t, "margin",
			    sqlite3_column_type(s, COL_MARGIN) == SQLITE_NULL
				    ? json_null()
				    : json_real(sqlite3_column_double(s, COL_MARGIN)));
	return t;
}

static json_t *night_begin(sqlite3_stmt *s, json_t *trend)
{
	json_t *night = json_pack("{s:I, s:o, s:o, s:o}", "night",
				  (json_int_t)sqlite3_column_int64(s, COL_NIGHT), "started",
				  history_json(s, COL_STARTED), "release",
				  history_json(s, COL_RELEASE), "hash", history_json(s, COL_HASH));

	json_array_append_new(json_object_get(trend, "nights"), night);
	return night;
}

/* Reads all rows; each begins a trend, a night of it, or adds a boot to that. */
static int trends_read(struct history *h, sqlite3_stmt *s, json_t *all, struct boots *b,
		       struct err *e)
{
	json_t *trend = NULL;
	int rc;

	while ((rc = history_step(h, s, e)) > 0) {
		json_int_t id = sqlite3_column_int64(s, COL_TREND);

		if (!trend || json_int_or(trend, "trend", 0) != id) {
			night_close(b);
			trend = trend_begin(s);
			if (json_array_append_new(all, trend))
				return err_set(e, ENOMEM, "out of memory for the trends");
		}
		if (!b->night ||
		    json_int_or(b->night, "night", 0) != sqlite3_column_int64(s, COL_NIGHT)) {
			night_close(b);
			b->night = night_begin(s, trend);
		}
		if (boot_add(b, sqlite3_column_double(s, COL_VALUE), e))
			return -e->code;
	}
	night_close(b);
	return rc;
}

int trend_load(struct history *h, const struct trend_wish *w, json_t **ret, struct err *e)
{
	const char *wanted[] = { w->experiment, w->kernel, w->topology, w->workload,
				 w->arm,	w->metric, w->host };
	cleanup_stmt sqlite3_stmt *s = NULL;
	cleanup_json json_t *all = json_array();
	struct boots b = { 0 };
	int rc = history_prepare(h, query, &s, e);

	if (rc)
		return rc;
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		history_bind(s, (int)i + 1, wanted[i]);
	sqlite3_bind_int(s, ARRAY_SIZE(wanted) + 1, w->watched);
	rc = trends_read(h, s, all, &b, e);
	free(b.v);
	if (!rc)
		*ret = take_ptr(all);
	return rc;
}
