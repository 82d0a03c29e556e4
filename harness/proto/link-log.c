/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "proto/link-log.h"

#define LOG_MAX (64UL << 20)

/* A log that cannot be written must not fail a cell: errors are not looked at. */
void link_log_write(struct link_log *log, const char *from, const json_t *message)
{
	if (!log->file)
		return;
	cleanup_free char *text = json_dumps(message, JSON_COMPACT);
	if (!text)
		return;
	long long now = clock_now_ms();
	if (log->written + strlen(text) > LOG_MAX) {
		fprintf(log->file, "{\"ms\":%lld,\"end\":\"this log ends at its limit of %lu bytes\"}\n",
			now, LOG_MAX);
		log->file = NULL;
		return;
	}
	int n = fprintf(log->file, "{\"ms\":%lld,\"from\":\"%s\",\"message\":%s}\n", now, from, text);
	log->written += n > 0 ? (size_t)n : 0;
}
