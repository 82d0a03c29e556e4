/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/expect.h"
#include "cell/reports.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "result/taint.h"

/* A kernel may know of trouble that its console does not show. */
static void warn_tainted(struct cell *c)
{
	const json_t *taint = json_object_get(c->result, "taint");

	if (taint_is_trouble((uint64_t)json_int_or(taint, "number", 0)))
		cell_warn(c, "the guest's kernel ended tainted (%s), with no report on its console",
			  json_str(taint, "letters"));
}

void cell_reports_read(struct cell *c, struct troubles **ret)
{
	cleanup_free char *path = path_format("%s/console.log", c->out_dir);
	struct err e;

	if (troubles_load(path, ret, &e)) {
		if (e.code != ENOENT)
			cell_warn(c, "what the guest's kernel reported is not known: %s", e.msg);
		return;
	}
	json_object_set_new(c->result, "reports", troubles_json(*ret));
	if (!troubles_count(*ret))
		warn_tainted(c);
	if (troubles_lost(*ret))
		cell_warn(c, "the guest's kernel made more reports than the %d that are kept",
			  TROUBLE_REPORTS_MAX);
}

void cell_reports_expect(struct cell *c)
{
	json_t *report;
	size_t i;

	json_array_foreach(json_object_get(c->result, "reports"), i, report) {
		for (enum trouble_kind k = 0; k < TROUBLE_KINDS; k++) {
			if (!strcmp(json_str(report, "kind"), trouble_table[k].name) &&
			    expects_report(c->workload, k))
				json_object_set_new(report, "expected", json_true());
		}
	}
}
