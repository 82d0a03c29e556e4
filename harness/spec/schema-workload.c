/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spec/schema-parts.h"

static const char *const words_better[] = { "more", "less", NULL };
static const char *const words_scale[] = { "ratio", "difference", NULL };
/* What a healthy kernel can be brought to; every other report tells of a fault. */
static const char *const words_expected[] = { "oom-kill", "oom-panic", NULL };
static const char *const words_loop[] = { "closed", "open", NULL };
static const char *const words_unit[] = { "count", "duration", "size", "text", NULL };

const struct field schema_parameter[] = {
	{ .key = "unit", .type = FIELD_WORD, .words = words_unit, .required = true,
	  .help = "`count`: a whole number; `duration`: reaches the programs in milliseconds; "
		  "`size`: in bytes; `text`: as it is" },
	{ .key = "default", .type = FIELD_VALUE, .required = true,
	  .help = "its value where the experiment says nothing; one for 2 CPUs under TCG" },
	{ .key = "full", .type = FIELD_VALUE,
	  .help = "the same for a server, where the experiment says `workload_scale: full`; "
		  "`default` where it is absent" },
	{ .key = "help", .type = FIELD_STRING, .required = true, .help = "what it does" },
	END_OF_FIELDS
};

#define GROUP \
	{ .key = "group", .type = FIELD_IDENT, .required = true, \
	  .help = "the group it runs in" }
#define RUN \
	{ .key = "run", .type = FIELD_TEXT, .shape = SHAPE_LIST, .required = true, \
	  .help = "program and arguments; the workload's folder is `/workload`, parameters are " \
		  "environment variables (`file_size` is `RAMRIG_FILE_SIZE`)" }
#define TIMEOUT(text) \
	{ .key = "timeout", .type = FIELD_DURATION, .min = 1000, .max = 24 * HOUR, \
	  .fallback = text, .help = "the last resort: it has failed then" }

static const struct field daemon_fields[] = {
	{ .key = "name", .type = FIELD_NAME, .required = true, .help = "names its output" },
	GROUP,
	RUN,
	{ .key = "ready", .type = FIELD_STRING, .required = true,
	  .help = "it serves once its output holds this text" },
	TIMEOUT("60s"),
	{ .key = "policy", .type = FIELD_BOOL, .fallback = "false",
	  .help = "policies' process attributes apply, and its group's memory is what they act on" },
	END_OF_FIELDS
};

static const struct field step_fields[] = {
	{ .key = "name", .type = FIELD_IDENT,
	  .help = "tells several apart: its output is `STEP-NAME.txt`; one alone needs none" },
	GROUP,
	RUN,
	TIMEOUT("10m"),
	END_OF_FIELDS
};

static const struct field figure_fields[] = {
	{ .key = "name", .type = FIELD_IDENT, .required = true,
	  .help = "names it; and is its key in the JSON object that is the last line of the "
		  "measuring program, where `from` does not say otherwise" },
	{ .key = "from", .type = FIELD_STRING,
	  .help = "`PROGRAM.KEY`: of several measuring programs the one that prints it, and its key "
		  "there" },
	{ .key = "unit", .type = FIELD_STRING, .required = true, .help = "`1/s`, `ms`, `bytes`, ..." },
	{ .key = "better", .type = FIELD_WORD, .words = words_better, .required = true,
	  .help = "whether more or less of it is good" },
	{ .key = "scale", .type = FIELD_WORD, .words = words_scale, .required = true,
	  .help = "`ratio` where it is always above zero, else `difference`" },
	{ .key = "loop", .type = FIELD_WORD, .words = words_loop,
	  .help = "of a latency: `closed` where the next request waits for an answer, so that what "
		  "a stall holds up is not counted; `open` where it counts from when each was due" },
	{ .key = "open_with", .type = FIELD_IDENT,
	  .help = "of a `closed` one: the parameter that makes it open where it is not 0" },
	{ .key = "optional", .type = FIELD_BOOL, .fallback = "false",
	  .help = "it may be null, where it has no value; the cell then does not have this metric" },
	{ .key = "help", .type = FIELD_STRING, .help = "what it is" },
	END_OF_FIELDS
};

static const struct field check_fields[] = {
	{ .key = "figure", .type = FIELD_IDENT, .required = true, .help = "one of the figures" },
	{ .key = "at_most", .type = FIELD_NUMBER, .group = "limit",
	  .help = "the most it may be" },
	{ .key = "at_least", .type = FIELD_NUMBER, .group = "limit",
	  .help = "the least it may be" },
	{ .key = "what", .type = FIELD_STRING, .required = true,
	  .help = "what it checks, in words" },
	END_OF_FIELDS
};

static const struct field when_fields[] = {
	{ .key = "parameter", .type = FIELD_IDENT, .required = true, .help = "one of the parameters" },
	{ .key = "is", .type = FIELD_VALUE, .required = true, .help = "the value that it has then" },
	END_OF_FIELDS
};

static const struct field expect_fields[] = {
	{ .key = "report", .type = FIELD_WORD, .words = words_expected, .required = true,
	  .help = "`oom-kill`: it is no trouble; `oom-panic`: the kernel must end so while measuring, "
		  "in a cell that is then `ok`, else it is `workload-failed`" },
	{ .key = "when", .type = FIELD_MAP, .fields = when_fields,
	  .help = "only where a parameter has this value" },
	END_OF_FIELDS
};

const struct field schema_workload[] = {
	{ .key = "workload", .type = FIELD_NAME, .required = true,
	  .help = "its name, that of its folder" },
	SUMMARY,
	{ .key = "image", .type = FIELD_NAME,
	  .help = "the root file system it needs, where `default` does not do" },
	{ .key = "include", .type = FIELD_NAME, .shape = SHAPE_LIST, .unique = true,
	  .fallback = "[]", .help = "other workloads: the folder of each is `/workload/NAME`, its "
		  "parameters are parameters here, too, and what it needs as image and trace is needed" },
	{ .key = "programs", .type = FIELD_NAME, .shape = SHAPE_LIST, .unique = true,
	  .fallback = "[]", .help = "compiled programs it needs in `/workload`: files of its folder, or "
		  "what `make` builds from NAME.c there" },
	{ .key = "shared", .type = FIELD_STRING, .shape = SHAPE_LIST, .unique = true,
	  .fallback = "[]", .help = "files of `workloads/lib/`, beside its folder, that it needs in "
				    "`/workload`, too" },
	{ .key = "parameters", .type = FIELD_MAP, .shape = SHAPE_BY_NAME, .fields = schema_parameter,
	  .fallback = "{}", .help = "what an experiment can set" },
	{ .key = "groups", .type = FIELD_IDENT, .shape = SHAPE_LIST, .required = true,
	  .unique = true, .help = "cgroups, side by side" },
	{ .key = "limited", .type = FIELD_IDENT, .shape = SHAPE_LIST, .unique = true,
	  .fallback = "[]", .help = "groups that get a `memory.max` where an experiment says "
		  "`limit_ratio`; policies are for them, too" },
	{ .key = "daemons", .type = FIELD_MAP, .shape = SHAPE_LIST, .unique = true,
	  .fields = daemon_fields, .fallback = "[]",
	  .help = "programs that serve during the cell, started in this order" },
	{ .key = "warmup", .type = FIELD_MAP, .shape = SHAPE_LIST, .lone = true, .unique = true,
	  .fields = step_fields, .fallback = "[]",
	  .help = "run once before measuring; its figures are thrown away. Several run at once" },
	{ .key = "measure", .type = FIELD_MAP, .shape = SHAPE_LIST, .lone = true, .unique = true,
	  .fields = step_fields, .required = true,
	  .help = "the measured window is from its start to its end; of several, which run at "
		  "once, from the first start to the last end" },
	{ .key = "verify", .type = FIELD_MAP, .shape = SHAPE_LIST, .lone = true, .unique = true,
	  .fields = step_fields, .fallback = "[]",
	  .help = "run once after the measured window; where it fails, the cell is "
		  "`workload-failed`" },
	{ .key = "trace", .type = FIELD_EVENT, .shape = SHAPE_LIST, .unique = true,
	  .fallback = "[]", .help = "tracepoints that it needs recorded, beside the experiment's" },
	{ .key = "figures", .type = FIELD_MAP, .shape = SHAPE_LIST, .required = true,
	  .unique = true, .fields = figure_fields, .help = "what the measuring program prints" },
	{ .key = "check", .type = FIELD_MAP, .shape = SHAPE_LIST, .fields = check_fields,
	  .fallback = "[]", .help = "what must be so, else the cell is `workload-failed`" },
	{ .key = "expects", .type = FIELD_MAP, .shape = SHAPE_LIST, .fields = expect_fields,
	  .fallback = "[]", .help = "what it brings the kernel to report, on purpose" },
	{ .key = "scores_heat", .type = FIELD_BOOL, .fallback = "false",
	  .help = "its figures `damon_precision`, `damon_recall`, `damon_lag` and those of `mglru` say how "
		  "well the kernel knows what is hot; they are kept for arms that rely on it" },
	{ .key = "warn", .type = FIELD_MAP, .shape = SHAPE_LIST, .fields = check_fields,
	  .fallback = "[]", .help = "what should be so, else the cell has a warning" },
	END_OF_FIELDS
};
