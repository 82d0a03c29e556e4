/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>
#include "compare/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* Units that have larger ones; the largest that leaves at least 1 is taken. */
static const struct step {
	const char *unit;	/* as metrics have it */
	double size;		/* of one @shown in that unit */
	const char *shown;
} steps[] = {
	{ "bytes", 0x1p40, "TiB" }, { "bytes", 0x1p30, "GiB" }, { "bytes", 0x1p20, "MiB" },
	{ "bytes", 0x1p10, "KiB" }, { "bytes", 1, "B" },        { "us", 1e6, "s" },
	{ "us", 1e3, "ms" },        { "us", 1, "us" },          { "ms", 1e3, "s" },
	{ "ms", 1, "ms" },          { "ns", 1e9, "s" },         { "ns", 1e6, "ms" },
	{ "ns", 1e3, "us" },        { "ns", 1, "ns" },
};

static struct step step_for(const char *unit, double size)
{
	struct step best = { unit, 1, unit };

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		if (strcmp(steps[i].unit, unit))
			continue;
		best = steps[i];
		if (size >= best.size)
			break;
	}
	return best;
}

double text_step(const char *unit, double size, const char **ret_shown)
{
	struct step s = step_for(unit, size);

	*ret_shown = s.shown;
	return s.size;
}

/* Three to four figures are what a person compares. */
static int decimals_for(double size)
{
	return size >= 1000 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.01 ? 3 : 5;
}

/* Digits of a whole part in groups of three, with the sign that printf gave it. */
static char *grouped(const char *number)
{
	size_t start = strspn(number, "+-"), whole = strcspn(number + start, ".");
	char out[512];
	size_t at = 0;

	for (size_t i = 0; number[i] && at < sizeof(out) - 2; i++) {
		size_t left = start + whole - i;

		if (i > start && i < start + whole && left % 3 == 0)
			out[at++] = ',';
		out[at++] = number[i];
	}
	out[at] = '\0';
	return path_format("%s", out);
}

static char *number_text(double v, int decimals, bool sign)
{
	char plain[400];

	snprintf(plain, sizeof(plain), sign ? "%+.*f" : "%.*f", decimals, v);
	/* What rounds to nothing has no sign. */
	if (strspn(plain, "-0.") == strlen(plain))
		return grouped(plain + (*plain == '-'));
	return grouped(plain);
}

char *text_value(const json_t *value, const char *unit)
{
	if (!json_is_number(value) || !unit)
		return path_format("-");

	double v = json_number_value(value);
	struct step s = step_for(unit, fabs(v));
	bool whole = !strcmp(s.shown, "B") || v / s.size == rint(v / s.size);
	cleanup_free char *text =
		number_text(v / s.size, whole && s.size == 1 ? 0 : decimals_for(fabs(v / s.size)),
			    false);

	return path_format("%s%s%s", text, *s.shown ? " " : "", s.shown);
}

/* How figures of one row are scaled and rounded, so that they can be compared by eye. */
struct format {
	double size;
	const char *shown;
	int decimals;
};

static double at(const json_t *row, const char *key, size_t i)
{
	const json_t *v = json_array_get(json_object_get(row, key), i);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

static struct format format_for(const json_t *row)
{
	double change = fabs(json_number_value(json_object_get(row, "change")));
	double width = at(row, "ci", 1) - at(row, "ci", 0);

	if (strcmp(json_str(row, "scale"), "ratio")) {
		struct step s = step_for(json_str(row, "unit"), change);

		return (struct format){ s.size, s.shown, decimals_for(change / s.size) };
	}
	/* NAN compares as narrow no more than as wide: one decimal. */
	return (struct format){ 0.01, "%", width < 0.001 ? 3 : width < 0.01 ? 2 : 1 };
}

char *text_change(const json_t *row)
{
	const json_t *change = json_object_get(row, "change");

	if (!json_is_number(change))
		return path_format("-");
	struct format f = format_for(row);
	cleanup_free char *text =
		number_text(json_number_value(change) / f.size, f.decimals, true);

	return path_format("%s%s%s", text, *f.shown ? " " : "", f.shown);
}

char *text_interval(const json_t *row)
{
	double lo = at(row, "ci", 0), hi = at(row, "ci", 1);

	if (!json_is_array(json_object_get(row, "ci")))
		return path_format("-");
	if (isnan(lo) || isnan(hi))
		return path_format("unbounded");
	struct format f = format_for(row);
	cleanup_free char *from = number_text(lo / f.size, f.decimals, true);
	cleanup_free char *to = number_text(hi / f.size, f.decimals, true);

	return path_format("%s to %s%s%s", from, to, *f.shown ? " " : "", f.shown);
}

char *text_size(const json_t *row, double size)
{
	if (!strcmp(json_str(row, "scale"), "ratio"))
		return path_format("%.*g %%", size >= 1 ? 4 : 3, size * 100);
	cleanup_json json_t *v = json_real(size);

	return text_value(v, json_str(row, "unit"));
}

char *text_share(const json_t *share)
{
	if (!json_is_number(share))
		return path_format("-");

	double percent = 100 * json_number_value(share);
	cleanup_free char *text = number_text(percent, fabs(percent) < 1 ? 2 : 1, false);

	return path_format("%s %%", text);
}

char *text_confidence(double alpha)
{
	return path_format("%g %%", 100 * (1 - alpha));
}

char *text_closed_loops(const json_t *rows, size_t first, size_t end)
{
	cleanup_free char *names = NULL;

	for (size_t i = first; i < end; i++) {
		const json_t *row = json_array_get(rows, i);
		const char *loop = json_str(row, "loop");
		char *longer;

		if (!loop || strcmp(loop, "closed"))
			continue;
		longer = path_format("%s%s%s", names ? names : "", names ? ", " : "",
				     json_str(row, "metric"));
		free(names);
		names = longer;
	}
	return names ? path_format("Closed loop, what waits behind a stall is not counted: %s.",
				   names) : NULL;
}

/* "stale, 33 days old", "missing", "not valid under the virtual clock"; NULL: nothing is wrong. */
static char *mark_text(const json_t *mark)
{
	const char *state = json_str(mark, "state");
	const json_t *why = json_array_get(json_object_get(mark, "why"), 0);
	bool invalid = json_is_false(json_object_get(mark, "valid"));

	if (!state || (!strcmp(state, "fresh") && !invalid))
		return NULL;
	return path_format("%s%s%s%s", strcmp(state, "fresh") ? state : "",
			   json_is_string(why) ? ", " : "",
			   json_is_string(why) ? json_string_value(why) : "",
			   !invalid		      ? "" :
			   strcmp(state, "fresh") ? ", not valid under the virtual clock" :
						    "not valid under the virtual clock");
}

char *text_calibration(const json_t *rows, size_t first, size_t end)
{
	char *text = NULL;

	for (size_t i = first; i < end; i++) {
		const json_t *row = json_array_get(rows, i);
		cleanup_free char *mark = mark_text(json_object_get(row, "calibration"));
		cleanup_free char *before = text;

		text = mark ? path_format("%s%s %s (%s)", before ? before : "Calibration:",
					  before ? "," : "", json_str(row, "metric"), mark) :
			      take_ptr(before);
	}
	if (!text)
		return NULL;
	cleanup_free char *all = text;
	return path_format("%s.", all);
}

bool text_same_group(const json_t *a, const json_t *b)
{
	static const char *const keys[] = { "workload",   "topology", "base_kernel",
					    "arm_kernel", "base",     "arm" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!json_equal(json_object_get(a, keys[i]), json_object_get(b, keys[i])))
			return false;
	}
	return true;
}
