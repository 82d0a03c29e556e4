/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HISTORY_HTML_H
#define RAMRIG_HISTORY_HTML_H

#include "lib/err.h"
#include "lib/json.h"

/*
 * Trends with their changes (of change_find() and change_recall()) as one page for a browser
 * (report/page.h), whose view is reports/views/trends.js. Its data are
 *
 *   { "page": "trends", "ramrig", "statuses": [{ "name", "meaning" }], "trends": [...] }
 *
 * where each trend has, beside its own keys, "shown": { "unit", "size" } (what an axis is in), and
 * nights and changes have "text" with their figures in words. @path is written whole or not at all.
 */
int history_html(const json_t *trends, const char *path, struct err *e);

#endif
