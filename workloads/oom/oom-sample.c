/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "lib/text.h"
#include "workloads/oom/oom-clock.h"
#include "workloads/oom/oom-sample.h"

#define STATUS_MAX 4096

static int one_open(struct sampler *s, enum who w, pid_t pid, struct err *e)
{
	char path[64], adj[32];

	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", pid);
	int rc = text_read(path, adj, sizeof(adj), e);
	if (rc)
		return rc;
	s->adj[w] = (int)strtol(adj, NULL, 10);
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	s->fds[w] = open(path, O_RDONLY | O_CLOEXEC);
	return s->fds[w] < 0 ? err_set(e, errno, "cannot open %s: %m", path) : 0;
}

int sampler_open(struct sampler *s, const struct arena *a, struct err *e)
{
	int rc = 0;

	s->n = 0;
	for (enum who w = 0; !rc && w < WHO_COUNT; w++)
		rc = one_open(s, w, a->pids[w], e);
	return rc;
}

const struct oom_sample *sampler_take(struct sampler *s, const struct arena *a)
{
	struct oom_sample *to = &s->kept[s->n % SAMPLES_KEPT];
	char text[STATUS_MAX];

	to->begun_ns = mono_ns();
	to->grown = arena_grown(a);
	for (enum who w = 0; w < WHO_COUNT; w++) {
		ssize_t len = pread(s->fds[w], text, sizeof(text) - 1, 0);

		text[len > 0 ? len : 0] = '\0';
		to->in[w].adj = s->adj[w];
		to->there[w] = !oom_status_parse(text, &to->in[w]);
	}
	to->ended_ns = mono_ns();
	s->n++;
	return to;
}

const struct oom_sample *sampler_before(const struct sampler *s, uint64_t ns)
{
	for (uint64_t i = 0; i < SAMPLES_KEPT && i < s->n; i++) {
		const struct oom_sample *one = &s->kept[(s->n - 1 - i) % SAMPLES_KEPT];

		if (one->ended_ns < ns)
			return one;
	}
	return NULL;
}
