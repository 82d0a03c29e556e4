/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "compare/reports.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "report/parts.h"

#define CONSOLES_MAX 20
#define CONSOLE_TAIL_BYTES 8192
#define CONSOLE_TAIL_LINES 30

/* The last lines of @path, which a guest wrote; an empty array where there is no such file. */
static json_t *console_tail(const char *path)
{
	cleanup_fclose FILE *f = fopen(path, "re");
	cleanup_free char *bytes = calloc(1, CONSOLE_TAIL_BYTES + 1);
	json_t *lines = json_array();

	if (!f || !bytes)
		return lines;
	if (fseek(f, -CONSOLE_TAIL_BYTES, SEEK_END))
		rewind(f);
	size_t n = fread(bytes, 1, CONSOLE_TAIL_BYTES, f);

	for (size_t i = 0; i < n; i++) {
		if (!bytes[i] || bytes[i] == '\r')
			bytes[i] = ' ';
	}
	for (char *line = bytes; *line;) {
		size_t len = strcspn(line, "\n");
		bool more = line[len];

		line[len] = '\0';
		if (line[strspn(line, " ")])
			json_array_append_new(lines, json_sentence(line));
		line += len + more;
		if (json_array_size(lines) > CONSOLE_TAIL_LINES)
			json_array_remove(lines, 0);
	}
	return lines;
}

/* A hung guest reported nothing: what it said last is all that there is. */
static json_t *consoles_of(const struct report *r, json_int_t *ret_left_out)
{
	json_t *all = json_array();
	const json_t *f;
	size_t i;

	*ret_left_out = 0;
	json_array_foreach(json_object_get(r->comparison, "failures"), i, f) {
		json_int_t n = json_int_or(f, "n", 0);
		cleanup_free char *path = path_format("%s/cells/%04lld/console.log",
						      r->result->dir, (long long)n);
		cleanup_json json_t *lines = NULL;

		if (json_str(f, "report"))
			continue;
		if (json_array_size(all) == CONSOLES_MAX) {
			++*ret_left_out;
			continue;
		}
		lines = console_tail(path);
		if (json_array_size(lines))
			json_array_append_new(all, json_pack("{s:I, s:O}", "n", n, "lines", lines));
	}
	return all;
}

json_t *part_trouble(const struct report *r)
{
	json_t *reports = json_array();
	const json_t *report;
	json_int_t left_out;
	size_t i;

	json_array_foreach(json_object_get(r->comparison, "reports"), i, report) {
		json_t *j = json_copy((json_t *)report);

		json_object_set_new(j, "said", part_text(reports_line(report)));
		json_array_append_new(reports, j);
	}
	json_t *consoles = consoles_of(r, &left_out);

	return json_pack("{s:O, s:o, s:o, s:I}", "failures",
			 json_object_get(r->comparison, "failures"), "reports", reports, "consoles",
			 consoles, "left_out", left_out);
}
