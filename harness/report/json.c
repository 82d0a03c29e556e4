/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include "compare/figures.h"
#include "report/report.h"

int report_json(const struct report *r, FILE *out, struct err *e)
{
	cleanup_json json_t *all = json_copy((json_t *)r->comparison), *figures = NULL;
	int rc = figures_collect(r->result, false, &figures, e);

	if (rc)
		return rc;
	if (json_object_set(all, "figures", figures) ||
	    json_dumpf(all, out, JSON_INDENT(1) | JSON_REAL_PRECISION(12)))
		return err_set(e, ENOMEM, "out of memory for the report");
	fputc('\n', out);
	return 0;
}
