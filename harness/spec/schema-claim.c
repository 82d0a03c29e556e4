/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spec/schema-parts.h"

static const char *const words_states[] = { "value", "change", "times",
					    "more",  "less",   "each",	NULL };
static const char *const words_needs[] = { "hardware-time", "slower-node", NULL };

/* How figures are judged: of a row, of a figure or of the claim; the first that says it counts. */
#define JUDGED \
	{ .key = "experiment", .type = FIELD_NAME, .help = "the one that has the cells" }, \
	{ .key = "workload", .type = FIELD_NAME, .help = "of it" }, \
	{ .key = "topology", .type = FIELD_NAME, .help = "of it, where it has several" }, \
	{ .key = "arm", .type = FIELD_NAME, \
	  .help = "that is compared with its base; with `each`, the arm that is looked at" }, \
	{ .key = "metric", .type = FIELD_IDENT, .help = "key metric or diagnostic" }, \
	{ .key = "tolerance", .type = FIELD_LIMIT, .min = 0, .max = 1e9, \
	  .help = "how far ours may be off: of a ratio a part of it, of a difference in its " \
		  "unit" }, \
	{ .key = "runs", .type = FIELD_INT, .min = 2, .max = 1e6, \
	  .help = "that each of the vendor's figures is the mean of; absent where nobody says" }, \
	{ .key = "needs", .type = FIELD_WORD, .shape = SHAPE_LIST, .unique = true, \
	  .words = words_needs, \
	  .help = "without which nothing can be said: `hardware-time`, CPUs that are no " \
		  "emulator's; `slower-node`, a memory node that is really slower" }, \
	{ .key = "not_testable", .type = FIELD_STRING, \
	  .help = "why nothing here can tell" }, \
	{ .key = "note", .type = FIELD_STRING, \
	  .help = "what must be known to read the verdict" }

static const struct field source_fields[] = {
	{ .key = "title", .type = FIELD_STRING, .required = true, .help = "of the text" },
	{ .key = "vendor", .type = FIELD_STRING, .required = true, .help = "whose it is" },
	{ .key = "place", .type = FIELD_STRING, .required = true,
	  .help = "where in it the figures stand" },
	{ .key = "setup", .type = FIELD_TEXT, .fallback = "not said",
	  .help = "what they were measured on, as far as it says" },
	END_OF_FIELDS
};

static const struct field column_fields[] = {
	{ .key = "name", .type = FIELD_STRING, .required = true,
	  .help = "as the vendor's table has it" },
	{ .key = "unit", .type = FIELD_STRING, .help = "of its figures; none when absent" },
	END_OF_FIELDS
};

static const struct field row_fields[] = {
	{ .key = "name", .type = FIELD_STRING, .required = true,
	  .help = "as the vendor's table has it" },
	{ .key = "base", .type = FIELD_BOOL, .fallback = "false",
	  .help = "all others are held against it; at most one is" },
	{ .key = "values", .type = FIELD_VALUE, .shape = SHAPE_LIST, .required = true,
	  .help = "one for each column, as printed: `266137.58`, `-57%`, `-32% to -20%`" },
	JUDGED,
	END_OF_FIELDS
};

static const struct field figure_fields[] = {
	{ .key = "name", .type = FIELD_STRING, .required = true, .help = "names it in tables" },
	{ .key = "column", .type = FIELD_STRING, .required = true,
	  .help = "whose values are judged" },
	{ .key = "states", .type = FIELD_WORD, .words = words_states, .fallback = "value",
	  .help = "`value`: to be held against the base's; `change`: a change against a base, a "
		  "percentage or in the metric's unit; `times`: so many times the base; `more`, "
		  "`less`: a direction; `each`: what every boot measures" },
	{ .key = "against", .type = FIELD_STRING,
	  .help = "of `value`: the column with the base's value, instead of the base's row" },
	{ .key = "of", .type = FIELD_STRING,
	  .help = "of `value`: the column that the change is a part of, instead of the base's "
		  "value" },
	{ .key = "dev", .type = FIELD_STRING,
	  .help = "of `value`: the column with the standard deviation in percent of the mean" },
	JUDGED,
	END_OF_FIELDS
};

const struct field schema_claim[] = {
	{ .key = "claim", .type = FIELD_NAME, .required = true,
	  .help = "its name, that of its file" },
	SUMMARY,
	{ .key = "source", .type = FIELD_MAP, .fields = source_fields, .required = true,
	  .help = "who published it, and where" },
	{ .key = "scaled", .type = FIELD_TEXT, .required = true,
	  .help = "how what they had became what is run here" },
	{ .key = "columns", .type = FIELD_MAP, .shape = SHAPE_LIST, .required = true,
	  .unique = true, .fields = column_fields,
	  .help = "of the vendor's table, but for the names of its rows" },
	{ .key = "rows", .type = FIELD_MAP, .shape = SHAPE_LIST, .required = true, .unique = true,
	  .fields = row_fields, .help = "of the vendor's table" },
	{ .key = "figures", .type = FIELD_MAP, .shape = SHAPE_LIST, .required = true,
	  .unique = true, .fields = figure_fields, .help = "what of each row is judged" },
	JUDGED,
	END_OF_FIELDS
};
