/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <math.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "proto/protocol.h"
#include "result/samples.h"

#define FILE_MAX (1UL << 30)
#define VALUES_MAX (32UL << 20)		/* of all samples: 256 MiB */

struct samples {
	json_t *columns;		/* name -> index */
	size_t n_columns, n, cap;
	int64_t *t_ns;
	double *v;			/* n rows of n_columns; NaN is absent */
};

int samples_new(const json_t *columns, struct samples **ret, struct err *e)
{
	const json_t *name;
	size_t i;

	if (!json_is_array(columns) || !json_array_size(columns) ||
	    json_array_size(columns) > PROTOCOL_COLUMNS_MAX)
		return err_set(e, EPROTO, "the columns of samples are not a list of 1 to %d names",
			       PROTOCOL_COLUMNS_MAX);

	cleanup_samples struct samples *s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(e, ENOMEM, "out of memory for samples");
	s->columns = json_object();
	s->n_columns = json_array_size(columns);
	json_array_foreach(columns, i, name) {
		const char *text = json_string_value(name);

		if (!text || json_object_get(s->columns, text))
			return err_set(e, EPROTO, "column %zu of samples is %s", i,
				       text ? "there twice" : "no name");
		if (json_object_set_new(s->columns, text, json_integer((json_int_t)i)))
			return err_set(e, ENOMEM, "out of memory for samples");
	}
	*ret = take_ptr(s);
	return 0;
}

static int samples_grow(struct samples *s, struct err *e)
{
	size_t cap = s->cap ? s->cap * 2 : 64;

	if (s->n < s->cap)
		return 0;
	if ((s->n + 1) * s->n_columns > VALUES_MAX)
		return err_set(e, EFBIG, "there are over %lu values in the samples of one cell",
			       VALUES_MAX);
	int64_t *t = reallocarray(s->t_ns, cap, sizeof(*t));
	if (t)
		s->t_ns = t;
	double *v = t ? reallocarray(s->v, cap * s->n_columns, sizeof(*v)) : NULL;
	if (!v)
		return err_set(e, ENOMEM, "out of memory for %zu samples", cap);
	s->v = v;
	s->cap = cap;
	return 0;
}

int samples_append(struct samples *s, const json_t *sample, struct err *e)
{
	const json_t *t = json_object_get(sample, "t_ns"), *v = json_object_get(sample, "v"), *item;
	size_t i;

	if (!json_is_integer(t) || !json_is_array(v) || json_array_size(v) != s->n_columns)
		return err_set(e, EPROTO, "a sample is not a time and %zu values", s->n_columns);
	if (json_integer_value(t) < 0 ||
	    (s->n && json_integer_value(t) <= s->t_ns[s->n - 1]))
		return err_set(e, EPROTO, "a sample is not later than the one before it");
	int rc = samples_grow(s, e);
	if (rc)
		return rc;
	json_array_foreach(v, i, item) {
		if (!json_is_number(item) && !json_is_null(item))
			return err_set(e, EPROTO, "value %zu of a sample is no number", i);
		s->v[s->n * s->n_columns + i] = json_is_null(item) ? NAN : json_number_value(item);
	}
	s->t_ns[s->n++] = json_integer_value(t);
	return 0;
}

/* Handles one line of the file, of @len bytes without its end. */
static int line_add(struct samples **s, const char *line, size_t len, struct err *e)
{
	json_error_t je;
	cleanup_json json_t *j = json_loadb(line, len, JSON_REJECT_DUPLICATES, &je);

	if (!j)
		return err_set(e, EPROTO, "%s", je.text);
	return *s ? samples_append(*s, j, e) : samples_new(json_object_get(j, "columns"), s, e);
}

int samples_load(const char *path, struct samples **ret, struct err *e)
{
	cleanup_samples struct samples *s = NULL;
	cleanup_free char *text = NULL;
	size_t len, line = 1;

	int rc = file_read(AT_FDCWD, path, FILE_MAX, &text, &len, e);
	if (rc)
		return rc;
	for (const char *p = text, *end; (end = memchr(p, '\n', len - (size_t)(p - text)));
	     p = end + 1, line++) {
		rc = line_add(&s, p, (size_t)(end - p), e);
		if (rc)
			return err_prefix(e, "%s:%zu: ", path, line);
	}
	if (!s)
		return err_set(e, EPROTO, "%s has no line of columns", path);
	*ret = take_ptr(s);
	return 0;
}

size_t samples_count(const struct samples *s)
{
	return s->n;
}

int64_t samples_time_ns(const struct samples *s, size_t row)
{
	return row < s->n ? s->t_ns[row] : 0;
}

int64_t samples_last_ns(const struct samples *s)
{
	return s->n ? s->t_ns[s->n - 1] : 0;
}

int samples_column(const struct samples *s, const char *name)
{
	return (int)json_int_or(s->columns, name, -1);
}

size_t samples_match(const struct samples *s, const char *pattern, int **ret)
{
	int *found = calloc(s->n_columns, sizeof(*found));
	const json_t *column;
	const char *name;
	size_t n = 0;

	*ret = found;
	if (!found)
		return 0;
	if (!strchr(pattern, '*')) {
		found[0] = samples_column(s, pattern);
		return found[0] >= 0;
	}
	json_object_foreach(s->columns, name, column)
		if (!fnmatch(pattern, name, 0))
			found[n++] = (int)json_integer_value(column);
	return n;
}

bool samples_value(const struct samples *s, size_t row, int column, double *ret)
{
	if (row >= s->n || column < 0 || (size_t)column >= s->n_columns)
		return false;
	double v = s->v[row * s->n_columns + (size_t)column];

	if (isnan(v))
		return false;
	*ret = v;
	return true;
}

void samples_rows(const struct samples *s, struct window w, size_t *ret_first, size_t *ret_end)
{
	size_t first = 0, end;

	while (first < s->n && s->t_ns[first] < w.from_ns)
		first++;
	for (end = first; end < s->n && s->t_ns[end] <= w.to_ns; end++)
		;
	*ret_first = first;
	*ret_end = end;
}

bool samples_last(const struct samples *s, int column, struct window w, double *ret)
{
	size_t first, row;

	samples_rows(s, w, &first, &row);
	while (row > first)
		if (samples_value(s, --row, column, ret))
			return true;
	return false;
}

/* One point of a counter: what it was, and when. */
struct point {
	double t_ns, v;
};

/*
 * Finds the value at @t_ns on the line between the samples before and after it;
 * past either end of the samples, the one that is there. @row is the first
 * sample at or after @t_ns.
 */
static bool point_at(const struct samples *s, int column, size_t row, int64_t t_ns,
		     struct point *ret)
{
	size_t before = row, after = row;
	double a = 0, b = 0;
	bool has_before = false;

	while (after < s->n && !samples_value(s, after, column, &b))
		after++;
	while (before && !has_before)
		has_before = samples_value(s, --before, column, &a);

	if (!has_before && after >= s->n)
		return false;
	if (!has_before) {
		*ret = (struct point){ (double)s->t_ns[after], b };
	} else if (after >= s->n) {
		*ret = (struct point){ (double)s->t_ns[before], a };
	} else {
		double part = (double)(t_ns - s->t_ns[before]) /
			(double)(s->t_ns[after] - s->t_ns[before]);

		*ret = (struct point){ (double)t_ns, a + (b - a) * part };
	}
	return true;
}

bool samples_delta(const struct samples *s, int column, struct window w, double *ret)
{
	struct point from, to;
	size_t first, end;

	samples_rows(s, w, &first, &end);
	if (!point_at(s, column, first, w.from_ns, &from) ||
	    !point_at(s, column, end, w.to_ns, &to))
		return false;
	if (to.t_ns <= from.t_ns || to.v < from.v)
		return false;
	*ret = to.v - from.v;
	return true;
}

void samples_free(struct samples *s)
{
	if (!s)
		return;
	json_decref(s->columns);
	free(s->t_ns);
	free(s->v);
	free(s);
}
