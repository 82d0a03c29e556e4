/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/where.h"
#include "image/vmlinux.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static void decode_frame(struct vmlinux *v, json_t *frame)
{
	bool exact = json_is_true(json_object_get(frame, "exact"));
	const char *at = json_str(frame, "at");
	char where[VMLINUX_WHERE_MAX];
	struct vmlinux_place place;

	if (at && vmlinux_place_parse(at, &place) && vmlinux_where(v, &place, !exact, where))
		json_object_set_new(frame, "where", json_sentence(where));
}

/* "(report 3f2a91c0, ..." of the reason becomes "(mm/memory.c:4231; report 3f2a91c0, ...". */
static void name_in_reason(json_t *result, const json_t *report, const char *where)
{
	const char *reason = json_str(result, "reason"), *hash = json_str(report, "hash");
	const char *title = json_str(report, "title");
	cleanup_free char *mark = path_format("(report %s,", hash ? hash : "");
	const char *found = reason ? strstr(reason, mark) : NULL;

	if (!found || (title && strstr(title, where)))
		return;
	cleanup_free char *longer = path_format("%.*s(%s; %s", (int)(found - reason), reason, where,
						found + 1);

	json_object_set_new(result, "reason", json_sentence(longer));
}

static void decode_report(struct vmlinux *v, json_t *result, json_t *report)
{
	json_t *frames = json_object_get(report, "frames"), *frame;
	size_t i;

	json_array_foreach(frames, i, frame)
		decode_frame(v, frame);
	const char *where = json_str(json_array_get(frames, 0), "where");

	if (!where)
		return;
	json_object_set_new(report, "where", json_string(where));
	name_in_reason(result, report, where);
}

void where_decode(const char *vmlinux, json_t *result)
{
	json_t *reports = json_object_get(result, "reports"), *report;
	cleanup_vmlinux struct vmlinux *v = NULL;
	struct err e;
	size_t i;

	if (!vmlinux || !json_array_size(reports))
		return;
	int rc = vmlinux_open(vmlinux, &v, &e);

	if (rc && rc != -ENODATA) {
		cleanup_free char *text = path_format("the lines of its reports are not known: %s",
						      e.msg);
		json_array_append_new(json_object_get(result, "warnings"), json_sentence(text));
	}
	if (rc)
		return;
	json_array_foreach(reports, i, report)
		decode_report(v, result, report);
}
