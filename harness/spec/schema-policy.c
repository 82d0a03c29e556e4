/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spec/schema-parts.h"

const char *const schema_device_kinds[] = { "zram", "nvme", "timed", NULL };

static const char *const words_mempolicy[] = { "weighted-interleave", NULL };
static const char *const words_when[] = { "start", "measure", NULL };
static const char *const words_of[] = { "MemTotal", NULL };
const char *const schema_heat_sources[] = { "damon", "mglru", NULL };

const struct field schema_policy_ref[] = {
	{ .key = "name", .type = FIELD_NAME, .required = true, .help = "the policy" },
	{ .key = "parameters", .type = FIELD_VALUE, .shape = SHAPE_BY_NAME, .fallback = "{}",
	  .help = "parameters of it that are set here" },
	END_OF_FIELDS
};

static const struct field needs_fields[] = {
	{ .key = "files", .type = FIELD_PATH, .shape = SHAPE_LIST, .fallback = "[]",
	  .help = "files that the guest must have, else the cell is `nonconforming`" },
	{ .key = "options", .type = FIELD_STRING, .shape = SHAPE_LIST, .unique = true,
	  .fallback = "[]", .help = "options that the kernel must be built with, without CONFIG_; one "
				    "whose configuration says otherwise is refused before any boot" },
	{ .key = "tiers", .type = FIELD_INT, .min = 2, .max = 16,
	  .help = "memory tiers that the topology must have, else the plan is refused" },
	{ .key = "nodes", .type = FIELD_INT, .min = 2, .max = 16,
	  .help = "memory nodes that the topology must have, else the plan is refused" },
	{ .key = "backing", .type = FIELD_BOOL, .fallback = "false",
	  .help = "the topology must have a zram that writes back to a device" },
	END_OF_FIELDS
};

static const struct field process_fields[] = {
	{ .key = "merge_any", .type = FIELD_BOOL, .fallback = "false",
	  .help = "`prctl(PR_SET_MEMORY_MERGE)` before each daemon that takes policies and each program "
		  "that is `limited`" },
	{ .key = "mempolicy", .type = FIELD_WORD, .words = words_mempolicy,
	  .help = "`set_mempolicy()` over all memory nodes before each daemon that takes policies and "
		  "each program that is `limited`" },
	END_OF_FIELDS
};

static const struct field swap_fields[] = {
	{ .key = "device", .type = FIELD_WORD, .words = schema_device_kinds, .required = true,
	  .help = "every device of this kind that the topology has (it must have one), but for "
		  "those that back a zram" },
	{ .key = "priority", .type = FIELD_INT, .required = true, .min = 0, .max = 32767,
	  .help = "the highest is filled first" },
	{ .key = "optional", .type = FIELD_BOOL, .fallback = "false",
	  .help = "a topology without such a device is fine" },
	END_OF_FIELDS
};

static const struct field write_fields[] = {
	{ .key = "file", .type = FIELD_PATH, .required = true, .help = "path in the guest" },
	{ .key = "value", .type = FIELD_VALUE, .required = true,
	  .help = "what is written, as it stands here; then the file is read back, and must say so" },
	{ .key = "percent_of", .type = FIELD_WORD, .words = words_of,
	  .help = "the value is so many percent of this line of /proc/meminfo, written in KiB" },
	{ .key = "reads", .type = FIELD_VALUE,
	  .help = "what the file then says, where that is not the value" },
	{ .key = "write_only", .type = FIELD_BOOL, .fallback = "false",
	  .help = "the file cannot be read" },
	{ .key = "when", .type = FIELD_WORD, .words = words_when, .fallback = "start",
	  .help = "`start`: before the workload starts; `measure`: after settling, right before the "
		  "measured window" },
	{ .key = "optional", .type = FIELD_BOOL, .fallback = "false",
	  .help = "a kernel without this file is fine" },
	END_OF_FIELDS
};

static const struct field cgroup_fields[] = {
	{ .key = "file", .type = FIELD_NAME, .required = true,
	  .help = "file of the cgroup, such as memory.swap.max" },
	{ .key = "value", .type = FIELD_VALUE, .required = true,
	  .help = "what is written; then the file is read back, and must say so" },
	END_OF_FIELDS
};

static const struct field daemon_fields[] = {
	{ .key = "name", .type = FIELD_NAME, .required = true,
	  .help = "names its cgroup, below that of all groups, and its output" },
	{ .key = "run", .type = FIELD_TEXT, .shape = SHAPE_LIST, .required = true,
	  .help = "one of ramrig's daemons and its arguments. One with `{group}` in it stands once for "
		  "each group that policies are for, as a path below /sys/fs/cgroup; `{disk}` is the "
		  "first zram that writes back" },
	END_OF_FIELDS
};

static const struct field condition_fields[] = {
	{ .key = "metric", .type = FIELD_IDENT, .required = true,
	  .help = "a metric from samples" },
	{ .key = "at_least", .type = FIELD_LIMIT, .group = "condition",
	  .help = "holds once the metric has come this far" },
	{ .key = "grown_by", .type = FIELD_NUMBER, .group = "condition",
	  .help = "holds once a metric that counts since boot has grown by so much since waiting "
		  "began" },
	{ .key = "stable_for", .type = FIELD_DURATION, .group = "condition", .min = 100,
	  .max = HOUR, .help = "holds once it has kept within 1 % of its mean for so long" },
	END_OF_FIELDS
};

static const struct field settle_fields[] = {
	{ .key = "timeout", .type = FIELD_DURATION, .min = 1000, .max = HOUR, .fallback = "60s",
	  .help = "measuring starts then at the latest, with a warning" },
	{ .key = "conditions", .type = FIELD_MAP, .shape = SHAPE_LIST, .required = true,
	  .fields = condition_fields, .help = "what must all hold at once" },
	END_OF_FIELDS
};

static const struct field proof_fields[] = {
	{ .key = "metric", .type = FIELD_IDENT, .group = "subject",
	  .help = "a metric from samples, over the measured window" },
	{ .key = "file", .type = FIELD_PATH, .group = "subject",
	  .help = "a file of the guest's, as the window ends" },
	{ .key = "daemon", .type = FIELD_NAME, .group = "subject",
	  .help = "a daemon of the policy, whose lines until the window ends have the key `sum`" },
	{ .key = "sum", .type = FIELD_IDENT,
	  .help = "with `daemon`: the number in each line of its output; what is judged is their sum" },
	{ .key = "at_least", .type = FIELD_LIMIT, .group = "limit", .help = "proven at or above" },
	{ .key = "more_than", .type = FIELD_LIMIT, .group = "limit", .help = "proven above" },
	{ .key = "at_most", .type = FIELD_LIMIT, .group = "limit", .help = "proven at or below" },
	{ .key = "reads", .type = FIELD_VALUE, .group = "limit",
	  .help = "with `file`: what it says" },
	{ .key = "what", .type = FIELD_STRING, .required = true,
	  .help = "what it proves, in words" },
	END_OF_FIELDS
};

static const struct field cost_fields[] = {
	{ .key = "threads", .type = FIELD_STRING, .shape = SHAPE_LIST, .unique = true,
	  .fallback = "[]", .help = "kernel threads whose CPU time is the policy's price; a `*` "
				    "stands for the number of each memory node" },
	END_OF_FIELDS
};

const struct field schema_policy[] = {
	{ .key = "policy", .type = FIELD_NAME, .required = true,
	  .help = "its name, that of its file" },
	SUMMARY,
	{ .key = "include", .type = FIELD_MAP, .shape = SHAPE_LIST, .unique = true,
	  .fields = schema_policy_ref, .lone_key = "name", .fallback = "[]",
	  .help = "policies that are part of it, and applied before it: a name, or `{name: ..., "
		  "parameters: {...}}`" },
	{ .key = "parameters", .type = FIELD_MAP, .shape = SHAPE_BY_NAME,
	  .fields = schema_parameter, .fallback = "{}",
	  .help = "what an arm may set: `{NAME}` stands for its value in what is written and in "
		  "daemons' arguments; a duration is in milliseconds there, a size in bytes" },
	{ .key = "needs", .type = FIELD_MAP, .fields = needs_fields,
	  .help = "what a guest must have for it" },
	{ .key = "exclusive", .type = FIELD_NAME, .shape = SHAPE_LIST, .unique = true,
	  .fallback = "[]", .help = "things in the kernel that only one policy of an arm can have, such "
				    "as damon" },
	{ .key = "heat", .type = FIELD_WORD, .words = schema_heat_sources,
	  .help = "what it learns from which pages are hot; its figures are marked where that scored "
		  "badly" },
	{ .key = "modules", .type = FIELD_STRING, .shape = SHAPE_LIST, .unique = true,
	  .fallback = "[]", .help = "kernel modules to load, where the kernel has them as modules" },
	{ .key = "process", .type = FIELD_MAP, .fields = process_fields,
	  .help = "what is set on the workload's daemons before they start" },
	{ .key = "swap", .type = FIELD_MAP, .shape = SHAPE_LIST, .fields = swap_fields,
	  .fallback = "[]", .help = "devices to swap to" },
	{ .key = "write", .type = FIELD_MAP, .shape = SHAPE_LIST, .fields = write_fields,
	  .fallback = "[]", .help = "files to write, in this order" },
	{ .key = "cgroups", .type = FIELD_MAP, .shape = SHAPE_LIST, .fields = cgroup_fields,
	  .fallback = "[]", .help = "files of the cgroup of each group that policies are for, written "
				    "before the workload starts" },
	{ .key = "daemons", .type = FIELD_MAP, .shape = SHAPE_LIST, .unique = true,
	  .fields = daemon_fields, .fallback = "[]",
	  .help = "daemons that run from before the workload starts until it has ended" },
	{ .key = "settle", .type = FIELD_MAP, .fields = settle_fields,
	  .help = "what to wait for between the workload's warm-up and measuring" },
	{ .key = "proof", .type = FIELD_MAP, .shape = SHAPE_LIST, .fields = proof_fields,
	  .fallback = "[]", .help = "what must have happened for the arm's figures to count" },
	{ .key = "may_idle", .type = FIELD_NAME, .shape = SHAPE_LIST, .unique = true,
	  .fallback = "[]", .help = "included policies that may have nothing to do: what they did not do is "
				    "a warning, and the arm's figures count" },
	{ .key = "cost", .type = FIELD_MAP, .fields = cost_fields, .help = "what it costs" },
	END_OF_FIELDS
};
