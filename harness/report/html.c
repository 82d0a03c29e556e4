/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

int report_html(const struct report *r, FILE *out, struct err *e)
{
	(void)e;
	fprintf(out, "<!doctype html>\n<title>%s</title>\n", json_str(r->comparison, "experiment"));
	return 0;
}
