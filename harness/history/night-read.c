/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "history/night.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* Columns of a night that are texts, and what people call those that may differ between two. */
static const struct {
	const char *key, *said;
	bool shown;		/* the values are short, and say something to people */
} columns[] = {
	{ "started", NULL, false },	{ "experiment", NULL, false },
	{ "host", "the host", true },	{ "host_kernel", "the host's kernel", true },
	{ "ramrig", "ramrig", true },	{ "qemu", "QEMU", true },
	{ "libvirt", "libvirt", true }, { "image", "the image", false },
	{ "result", NULL, false },
};
#define NIGHT_COLUMNS "started, experiment, host, host_kernel, ramrig, qemu, libvirt, image, result"

static json_t *night_row(sqlite3_stmt *s)
{
	json_t *night = json_pack("{s:I}", "night", (json_int_t)sqlite3_column_int64(s, 0));

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		json_object_set_new(night, columns[i].key,
				    history_json(s, (int)i + 1));
	return night;
}

static int add_kernels(struct history *h, json_t *night, struct err *e)
{
	cleanup_stmt sqlite3_stmt *s = NULL;
	json_t *list = json_array();
	int rc = history_prepare(h, "SELECT k.name, k.release, k.hash FROM ran r JOIN kernel k"
				    " ON k.id = r.kernel WHERE r.night = ? ORDER BY k.name", &s, e);

	json_object_set_new(night, "kernels", list);
	if (rc)
		return rc;
	sqlite3_bind_int64(s, 1, json_int_or(night, "night", 0));
	while ((rc = history_step(h, s, e)) > 0)
		json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "name", history_json(s, 0),
						      "release", history_json(s, 1), "hash",
						      history_json(s, 2)));
	return rc;
}

static int add_outcomes(struct history *h, json_t *night, struct err *e)
{
	cleanup_stmt sqlite3_stmt *s = NULL;
	json_t *cells = json_object();
	json_int_t unproven = 0;
	int rc = history_prepare(
		h,
		"SELECT outcome, sum(cells), sum(unproven) FROM outcome"
		" WHERE night = ? GROUP BY outcome ORDER BY outcome <> 'ok', outcome",
		&s, e);

	json_object_set_new(night, "cells", cells);
	if (rc)
		return rc;
	sqlite3_bind_int64(s, 1, json_int_or(night, "night", 0));
	while ((rc = history_step(h, s, e)) > 0) {
		json_object_set_new(cells, history_text(s, 0),
				    json_integer(sqlite3_column_int64(s, 1)));
		unproven += sqlite3_column_int64(s, 2);
	}
	json_object_set_new(night, "unproven", json_integer(unproven));
	return rc;
}

int night_list(struct history *h, json_t **ret, struct err *e)
{
	cleanup_stmt sqlite3_stmt *s = NULL;
	cleanup_json json_t *list = json_array();
	json_t *night;
	size_t i;
	int rc = history_prepare(h, "SELECT id, " NIGHT_COLUMNS " FROM night ORDER BY started, id",
				 &s, e);

	while (!rc && (rc = history_step(h, s, e)) > 0) {
		json_array_append_new(list, night_row(s));
		rc = 0;
	}
	json_array_foreach(list, i, night) {
		if (!rc)
			rc = add_kernels(h, night, e);
		if (!rc)
			rc = add_outcomes(h, night, e);
	}
	if (!rc)
		*ret = take_ptr(list);
	return rc;
}

int night_kernel(struct history *h, json_int_t night, const char *name, json_t **ret, struct err *e)
{
	cleanup_stmt sqlite3_stmt *s = NULL;
	int rc =
		history_prepare(h,
				"SELECT k.name, k.release, k.package, k.version, k.hash, k.bzimage,"
				" k.modules FROM ran r JOIN kernel k ON k.id = r.kernel"
				" WHERE r.night = ? AND r.name = ?",
				&s, e);

	if (rc)
		return rc;
	sqlite3_bind_int64(s, 1, night);
	history_bind(s, 2, name);
	rc = history_step(h, s, e);
	if (rc < 0)
		return rc;
	*ret = rc ? json_pack("{s:s, s:s, s:s?, s:s?, s:s, s:s, s:s?}", "name", history_text(s, 0),
			      "release", history_text(s, 1), "package", history_text(s, 2),
			      "version", history_text(s, 3), "hash", history_text(s, 4), "bzimage",
			      history_text(s, 5), "modules", history_text(s, 6))
		  : NULL;
	return 0;
}

static int night_get(struct history *h, json_int_t id, json_t **ret, struct err *e)
{
	cleanup_stmt sqlite3_stmt *s = NULL;
	int rc = history_prepare(h, "SELECT id, " NIGHT_COLUMNS " FROM night WHERE id = ?", &s, e);

	if (rc)
		return rc;
	sqlite3_bind_int64(s, 1, id);
	rc = history_step(h, s, e);
	if (rc < 0)
		return rc;
	if (!rc)
		return err_set(e, ENOENT, "the history has no night %lld", (long long)id);
	*ret = night_row(s);
	return 0;
}

int night_differences(struct history *h, json_int_t before, json_int_t night, char **ret,
		      struct err *e)
{
	cleanup_json json_t *a = NULL, *b = NULL;
	char *said = NULL;
	int rc = night_get(h, before, &a, e);

	if (!rc)
		rc = night_get(h, night, &b, e);
	for (size_t i = 0; !rc && i < ARRAY_SIZE(columns); i++) {
		const char *was = json_str(a, columns[i].key), *is = json_str(b, columns[i].key);
		cleanup_free char *so_far = said;
		const char *sep = so_far ? "; " : "", *head = so_far ? so_far : "";

		if (!columns[i].said || !strcmp(was, is))
			said = take_ptr(so_far);
		else if (columns[i].shown)
			said = path_format("%s%s%s %s, before %s", head, sep, columns[i].said, is,
					   was);
		else
			said = path_format("%s%s%s", head, sep, columns[i].said);
	}
	if (!rc)
		*ret = said;
	return rc;
}

int night_options(struct history *h, json_int_t night, json_t **ret, struct err *e)
{
	cleanup_stmt sqlite3_stmt *s = NULL;
	int rc = history_prepare(
		h,
		"SELECT topology_scale, workload_scale, limit_ratio, clock FROM night"
		" WHERE id = ?",
		&s, e);

	if (rc)
		return rc;
	sqlite3_bind_int64(s, 1, night);
	rc = history_step(h, s, e);
	if (rc < 0)
		return rc;
	if (!rc)
		return err_set(e, ENOENT, "the history has no night %lld", (long long)night);
	*ret = json_pack("{s:I, s:s?, s:f, s:s}", "scale", (json_int_t)sqlite3_column_int64(s, 0),
			 "workload_scale", history_text(s, 1), "limit_ratio",
			 sqlite3_column_double(s, 2), "clock", history_text(s, 3));
	return 0;
}
