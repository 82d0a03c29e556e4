/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include "cell/figures.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static const char *last_line(const char *text, size_t *ret_len)
{
	size_t end = strlen(text), start;

	while (end && isspace((unsigned char)text[end - 1]))
		end--;
	for (start = end; start && text[start - 1] != '\n';)
		start--;
	*ret_len = end - start;
	return text + start;
}

static int check_one(const json_t *check, const json_t *metrics, struct err *e)
{
	const char *figure = json_str(check, "figure");
	const json_t *most = json_object_get(check, "at_most");
	const json_t *least = json_object_get(check, "at_least");
	double v = json_number_value(json_object_get(json_object_get(metrics, figure), "value"));

	if (most && v > json_number_value(most))
		return err_set(e, EINVAL, "not so: %s (%s is %.6g, at most %.6g allowed)",
			       json_str(check, "what"), figure, v, json_number_value(most));
	if (least && v < json_number_value(least))
		return err_set(e, EINVAL, "not so: %s (%s is %.6g, at least %.6g needed)",
			       json_str(check, "what"), figure, v, json_number_value(least));
	return 0;
}

/* The last line of what the measuring program @name ("": the only one) printed, as an object. */
static int figures_parse(const json_t *outputs, const char *name, json_t *ret, struct err *e)
{
	const char *output = json_str(outputs, name);
	size_t len;
	const char *line = last_line(output ? output : "", &len);
	json_t *figures = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(figures)) {
		json_decref(figures);
		return err_set(e, EINVAL, "the last line of measure%s%s is no JSON object: '%.*s'",
			       *name ? "-" : "", name, len > 100 ? 100 : (int)len, line);
	}
	json_object_set_new(ret, name, figures);
	return 0;
}

/* The value of @figure, which "from: PROGRAM.KEY" may name; NULL where none was printed. */
static const json_t *figure_find(const json_t *printed, const json_t *figure)
{
	const char *from = json_str(figure, "from"), *dot = from ? strchr(from, '.') : NULL;
	cleanup_free char *program = dot ? strndup(from, (size_t)(dot - from)) : strdup("");
	const json_t *figures = json_object_get(printed, program);

	/* The only program needs no name to be meant. */
	if (!figures && json_object_size(printed) == 1)
		figures = json_object_iter_value(json_object_iter((json_t *)printed));
	return json_object_get(figures, dot ? dot + 1 : json_str(figure, "name"));
}

/* How the load was made, as the parameters have it; NULL where the figure does not depend on it. */
static const char *loop_of(const json_t *workload, const json_t *figure)
{
	const char *with = json_str(figure, "open_with");
	const json_t *p = with ? json_object_get(json_object_get(workload, "parameters"), with) : NULL;

	return json_int_or(p, "value", 0) ? "open" : json_str(figure, "loop");
}

static int figure_take(const json_t *workload, const json_t *figure, const json_t *value,
		       json_t *metrics, struct err *e)
{
	if (json_is_null(value) && json_is_true(json_object_get(figure, "optional")))
		return 0;
	if (!json_is_number(value))
		return err_set(e, EINVAL, "measure printed no number for '%s'",
			       json_str(figure, "name"));
	json_t *m = json_pack("{s:f, s:O, s:O, s:O, s:s, s:s*}", "value", json_number_value(value), "unit",
			      json_object_get(figure, "unit"), "better",
			      json_object_get(figure, "better"), "scale",
			      json_object_get(figure, "scale"), "kind", "measured", "loop",
			      loop_of(workload, figure));

	return json_object_set_new(metrics, json_str(figure, "name"), m) ?
		err_set(e, ENOMEM, "out of memory for figures") : 0;
}

int cell_figures_read(const json_t *workload, const json_t *outputs, json_t *metrics,
		      struct err *e)
{
	cleanup_json json_t *printed = json_object();
	const json_t *item;
	const char *name;
	json_t *unused;
	size_t i;
	int rc = 0;

	json_object_foreach((json_t *)outputs, name, unused) {
		rc = figures_parse(outputs, name, printed, e);
		if (rc)
			return rc;
	}
	json_array_foreach(json_object_get(workload, "figures"), i, item) {
		rc = figure_take(workload, item, figure_find(printed, item), metrics, e);
		if (rc)
			return rc;
	}
	json_array_foreach(json_object_get(workload, "check"), i, item) {
		rc = check_one(item, metrics, e);
		if (rc)
			return rc;
	}
	return 0;
}

json_t *cell_figures_doubt(const json_t *workload, const json_t *metrics)
{
	json_t *doubts = json_array();
	const json_t *item;
	struct err e;
	size_t i;

	json_array_foreach(json_object_get(workload, "warn"), i, item)
		if (check_one(item, metrics, &e))
			json_array_append_new(doubts, json_sentence(e.msg));
	return doubts;
}
