/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "history/change.h"
#include "lib/cleanup.h"

/* How many nights a change may move as more come, and still be the same. */
#define MOVES 1

/* The place of @night among the trend's nights; their number where it is not there. */
static size_t place_of(const json_t *trend, json_int_t night)
{
	const json_t *nights = json_object_get(trend, "nights"), *n;
	size_t i;

	json_array_foreach(nights, i, n)
		if (json_int_or(n, "night", 0) == night)
			return i;
	return json_array_size(nights);
}

static size_t distance(size_t a, size_t b)
{
	return a > b ? a - b : b - a;
}

/* Whether what was written down, as @id at @night, is another of the trend's changes than @change. */
static bool is_of_another(const json_t *trend, const json_t *change, json_int_t id, json_int_t night)
{
	const json_t *other;
	size_t i;

	json_array_foreach(json_object_get(trend, "changes"), i, other)
		if (other != change && (json_int_or(other, "night", 0) == night ||
					json_int_or(other, "id", 0) == id))
			return true;
	return false;
}

/* The change that was written down for @change, by the least distance; 0 where there is none. */
static int find_known(struct history *h, const json_t *trend, const json_t *change, json_int_t *ret,
		      struct err *e)
{
	cleanup_stmt sqlite3_stmt *s = NULL;
	size_t at = place_of(trend, json_int_or(change, "night", 0)), least = MOVES + 1;
	int rc = history_prepare(h, "SELECT id, night FROM change WHERE trend = ?", &s, e);

	*ret = 0;
	if (rc)
		return rc;
	sqlite3_bind_int64(s, 1, json_int_or(trend, "trend", 0));
	while ((rc = history_step(h, s, e)) > 0) {
		json_int_t id = sqlite3_column_int64(s, 0), night = sqlite3_column_int64(s, 1);
		size_t d = distance(at, place_of(trend, night));

		if (d < least && !is_of_another(trend, change, id, night)) {
			least = d;
			*ret = id;
		}
	}
	return rc;
}

static int write_down(struct history *h, const json_t *trend, const json_t *change, json_int_t *ret,
		      struct err *e)
{
	const json_t *nights = json_object_get(trend, "nights");
	const json_t *newest = json_array_get(nights, json_array_size(nights) - 1);
	cleanup_stmt sqlite3_stmt *s = NULL;
	int rc = history_prepare(
		h, "INSERT INTO change (trend, night, before, found) VALUES (?, ?, ?, ?)", &s, e);

	if (rc)
		return rc;
	sqlite3_bind_int64(s, 1, json_int_or(trend, "trend", 0));
	sqlite3_bind_int64(s, 2, json_int_or(change, "night", 0));
	sqlite3_bind_int64(s, 3, json_int_or(change, "before_night", 0));
	sqlite3_bind_int64(s, 4, json_int_or(newest, "night", 0));
	rc = history_run(h, s, e);
	if (!rc)
		*ret = sqlite3_last_insert_rowid(h->db);
	return rc;
}

/* What the history knows of a change beside what was found: see change_record(). */
static const char query[] =
	"SELECT c.found, (SELECT count(*) FROM night n WHERE n.experiment = f.experiment AND"
	" n.host = f.host AND n.started > max(f.started, coalesce(a.started, ''))), x.verdict,"
	" x.reason, x.pairs, x.change_seen, x.low, x.high, x.result, x.asked, x.night"
	" FROM change c JOIN night f ON f.id = c.found LEFT JOIN confirmation x ON x.change = c.id"
	" LEFT JOIN night a ON a.id = x.night WHERE c.id = ?";

static json_t *real_or_null(sqlite3_stmt *s, int column)
{
	return sqlite3_column_type(s, column) == SQLITE_NULL
		       ? json_null()
		       : json_real(sqlite3_column_double(s, column));
}

static int tell_known(struct history *h, json_int_t id, json_t *change, struct err *e)
{
	cleanup_stmt sqlite3_stmt *s = NULL;
	int rc = history_prepare(h, query, &s, e);

	if (rc)
		return rc;
	sqlite3_bind_int64(s, 1, id);
	rc = history_step(h, s, e);
	if (rc <= 0)
		return rc;
	json_object_set_new(change, "id", json_integer(id));
	json_object_set_new(change, "found", json_integer(sqlite3_column_int64(s, 0)));
	json_object_set_new(change, "nights_since", json_integer(sqlite3_column_int64(s, 1)));
	if (!history_text(s, 2))
		return 0;
	json_object_set_new(change, "status", history_json(s, 2));
	json_object_set_new(change, "confirmation",
			    json_pack("{s:o, s:o, s:I, s:o, s:[o, o], s:o, s:o, s:I}", "verdict",
				      history_json(s, 2), "reason", history_json(s, 3), "pairs",
				      (json_int_t)sqlite3_column_int64(s, 4), "change",
				      real_or_null(s, 5), "ci", real_or_null(s, 6),
				      real_or_null(s, 7), "result", history_json(s, 8), "asked",
				      history_json(s, 9), "night",
				      (json_int_t)sqlite3_column_int64(s, 10)));
	return 0;
}

/* A trend without a margin is not watched: nothing of it is written down. */
static int know(struct history *h, const json_t *trend, json_t *change, bool record, struct err *e)
{
	json_int_t id = 0;
	int rc = 0;

	if (!json_is_number(json_object_get(trend, "margin")))
		return 0;
	rc = find_known(h, trend, change, &id, e);
	if (!rc && !id && record)
		rc = write_down(h, trend, change, &id, e);
	return rc || !id ? rc : tell_known(h, id, change, e);
}

static int know_all(struct history *h, json_t *trends, bool record, struct err *e)
{
	json_t *trend, *change;
	size_t i, k;

	json_array_foreach(trends, i, trend)
	json_array_foreach(json_object_get(trend, "changes"), k, change) {
		int rc = know(h, trend, change, record, e);

		if (rc)
			return rc;
	}
	return 0;
}

int change_record(struct history *h, json_t *trends, struct err *e)
{
	int rc = history_exec(h, "BEGIN IMMEDIATE", e);

	return rc ? rc : history_end(h, know_all(h, trends, true, e), e);
}

int change_recall(struct history *h, json_t *trends, struct err *e)
{
	return know_all(h, trends, false, e);
}

static void bind_real(sqlite3_stmt *s, int at, const json_t *number)
{
	if (json_is_number(number))
		sqlite3_bind_double(s, at, json_number_value(number));
}

int change_confirm(struct history *h, json_int_t id, const json_t *c, struct err *e)
{
	const json_t *ci = json_object_get(c, "ci");
	cleanup_stmt sqlite3_stmt *s = NULL;
	int rc = history_prepare(
		h,
		"INSERT INTO confirmation (change, night, asked, verdict, reason, pairs,"
		" change_seen, low, high, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		&s, e);

	if (rc)
		return rc;
	sqlite3_bind_int64(s, 1, id);
	sqlite3_bind_int64(s, 2, json_int_or(c, "night", 0));
	history_bind(s, 3, json_str(c, "asked"));
	history_bind(s, 4, json_str(c, "verdict"));
	history_bind(s, 5, json_str(c, "reason"));
	sqlite3_bind_int64(s, 6, json_int_or(c, "pairs", 0));
	bind_real(s, 7, json_object_get(c, "change"));
	bind_real(s, 8, json_array_get(ci, 0));
	bind_real(s, 9, json_array_get(ci, 1));
	history_bind(s, 10, json_str(c, "result"));
	return history_run(h, s, e);
}
