/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "agent/sample.h"
#include "agent/source.h"
#include "agent/verbs.h"
#include "lib/cleanup.h"
#include "proto/protocol.h"

#define HZ_MAX 100
/* The biggest file of interest, a memory.numa_stat or a vmstat, has a tenth of that. */
#define FILE_BYTES 65536
/* The longest a number gets, with its comma. */
#define NUMBER_BYTES 21
#define ENVELOPE_BYTES 128

struct sampler {
	struct agent *agent;
	struct source **sources;
	size_t n_sources, n_columns;	/* columns without agent.cpu_us */
	struct sample_value *values;
	char *text;			/* of one event */
	int timer_fd;
	struct watch *watch;
	json_int_t sent, late;
	char file[FILE_BYTES];
};

void sampler_free(struct sampler *s)
{
	if (!s)
		return;
	watch_free(s->watch);
	if (s->timer_fd >= 0)
		close(s->timer_fd);
	for (size_t i = 0; i < s->n_sources; i++)
		source_free(s->sources[i]);
	free(s->sources);
	free(s->values);
	free(s->text);
	free(s);
}

/* printf() would cost more than reading the files. Returns the end. */
static char *number_put(char *at, int64_t n)
{
	char digits[NUMBER_BYTES];
	char *d = digits + sizeof(digits);
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;

	do {
		*--d = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (n < 0)
		*--d = '-';
	return mempcpy(at, d, (size_t)(digits + sizeof(digits) - d));
}

static int64_t own_cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * INT64_C(1000000) + u.ru_utime.tv_usec +
	       u.ru_stime.tv_usec;
}

static size_t sample_print(struct sampler *s, int64_t t_ns)
{
	static const char head[] = "{\"event\":\"sample\",\"t_ns\":";
	static const char values[] = ",\"v\":[";
	char *at = mempcpy(s->text, head, sizeof(head) - 1);

	at = number_put(at, t_ns);
	at = mempcpy(at, values, sizeof(values) - 1);
	at = number_put(at, own_cpu_us());
	for (size_t i = 0; i < s->n_columns; i++) {
		*at++ = ',';
		at = s->values[i].present ? number_put(at, s->values[i].n) : mempcpy(at, "null", 4);
	}
	at = mempcpy(at, "]}", 2);
	return (size_t)(at - s->text);
}

static void sampler_on_tick(void *arg, uint32_t events)
{
	struct sampler *s = arg;
	struct timespec ts;
	uint64_t ticks;
	size_t column = 0;

	(void)events;
	if (read(s->timer_fd, &ticks, sizeof(ticks)) != sizeof(ticks))
		return;
	s->late += (json_int_t)ticks - 1;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	for (size_t i = 0; i < s->n_sources; i++) {
		source_read(s->sources[i], s->agent->config.root_fd, s->file, sizeof(s->file),
			    s->values + column);
		column += source_columns(s->sources[i]);
	}
	size_t len = sample_print(s, (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec);
	if (port_send_sample(s->agent->port, s->text, len))
		s->sent++;
	else
		s->late++;
}

static int sources_take(struct sampler *s, const json_t *sources, struct err *e)
{
	json_t *j;
	size_t i;

	if (!json_is_array(sources))
		return err_set(e, EINVAL, "sources is not a list");
	s->sources = calloc(json_array_size(sources) + 1, sizeof(*s->sources));
	if (!s->sources)
		return err_set(e, ENOMEM, "out of memory for a sampler");
	json_array_foreach(sources, i, j) {
		int rc = source_new(j, &s->sources[i], e);

		if (rc)
			return rc;
		s->n_sources++;
		s->n_columns += source_columns(s->sources[i]);
	}
	if (s->n_columns + 1 > PROTOCOL_COLUMNS_MAX)
		return err_set(e, E2BIG, "%zu columns are over the %d of a sampler",
			       s->n_columns + 1, PROTOCOL_COLUMNS_MAX);
	s->values = calloc(s->n_columns + 1, sizeof(*s->values));
	s->text = malloc(ENVELOPE_BYTES + (s->n_columns + 1) * NUMBER_BYTES);
	if (!s->values || !s->text)
		return err_set(e, ENOMEM, "out of memory for a sampler");
	return 0;
}

/* The first tick is now, the others a period apart, whatever each takes. */
static int sampler_arm(struct sampler *s, int hz, struct err *e)
{
	struct itimerspec when = { .it_interval.tv_sec = hz == 1,
				   .it_interval.tv_nsec = hz == 1 ? 0 : 1000000000 / hz };

	s->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	clock_gettime(CLOCK_MONOTONIC, &when.it_value);
	if (s->timer_fd < 0 || timerfd_settime(s->timer_fd, TFD_TIMER_ABSTIME, &when, NULL))
		return err_set(e, errno, "cannot set up a timer of %d Hz: %m", hz);
	return watch_new(s->agent->loop, s->timer_fd, EPOLLIN, sampler_on_tick, s, &s->watch, e);
}

static json_t *columns_json(const struct sampler *s)
{
	json_t *names = json_pack("[s]", "agent.cpu_us");

	for (size_t i = 0; i < s->n_sources; i++)
		source_name_columns(s->sources[i], names);
	return json_pack("{s:o}", "columns", names);
}

int verb_sample_start(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	json_t *sources;
	int hz;

	int rc = request_unpack(request, e, "{s:i, s:o}", "hz", &hz, "sources", &sources);
	if (rc)
		return rc;
	if (hz < 1 || hz > HZ_MAX)
		return err_set(e, EINVAL, "hz is not 1 to %d", HZ_MAX);
	if (a->sampler)
		return err_set(e, EBUSY, "a sampler runs already");
	struct sampler *s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(e, ENOMEM, "out of memory for a sampler");
	s->agent = a;
	s->timer_fd = -1;
	rc = sources_take(s, sources, e);
	if (!rc)
		rc = sampler_arm(s, hz, e);
	if (rc) {
		sampler_free(s);
		return rc;
	}
	a->sampler = s;
	agent_answer(a, id, columns_json(s));
	return 0;
}

int verb_sample_stop(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	int rc = request_unpack(request, e, "{}");

	if (rc)
		return rc;
	if (!a->sampler)
		return err_set(e, ESRCH, "no sampler runs");
	agent_answer(a, id, json_pack("{s:I, s:I}", "samples", a->sampler->sent, "late",
				      a->sampler->late));
	sampler_free(take_ptr(a->sampler));
	return 0;
}
