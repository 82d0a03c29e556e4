/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest that sends more samples than it was asked for, or than there is room for. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>
#include "cell/sampling.h"
#include "lib/cleanup.h"
#include "lib/clock.h"

/* A cell that began to sample @ago_ms ago, two columns @hz times a second. */
static void cell_sample(struct cell *c, int hz, int64_t ago_ms, FILE *log)
{
	cleanup_json json_t *columns = json_pack("[ss]", "a", "b");
	struct err e;

	*c = (struct cell){ .sample_hz = hz, .sampling_ms = clock_now_ms() - ago_ms,
			    .samples_log = log, .out_dir = "/the/cell" };
	assert_int_equal(samples_new(columns, &c->samples, &e), 0);
}

static void send_sample(struct cell *c, json_int_t t_ns)
{
	cleanup_json json_t *event = json_pack("{s:s, s:I, s:[i,n]}", "event", "sample", "t_ns", t_ns,
					       "v", 1);

	sampling_take(c, event);
}

static void too_many_is_eight_times_as_many_as_asked_for(void **state)
{
	static const struct {
		size_t n;
		int64_t ms;
		int hz;
		bool flood;
	} cases[] = {
		{ 0, 0, 0, false },	    { 1, 0, 0, true },		{ 1, 3600000, 0, true },
		{ 20, 0, 2, false },	    { 21, 0, 2, true },		{ 7200, 3600000, 2, false },
		{ 57620, 3600000, 2, false }, { 57621, 3600000, 2, true },
		{ 1000, 0, 100, false },    { 1001, 0, 100, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("  %zu samples in %lld ms at %d Hz\n", cases[i].n,
			      (long long)cases[i].ms, cases[i].hz);
		assert_int_equal(sampling_is_flood(cases[i].n, cases[i].ms, cases[i].hz),
				 cases[i].flood);
	}
}

static void a_guest_that_sends_too_many_samples_breaks_the_protocol(void **state)
{
	cleanup_fclose FILE *log = tmpfile();
	struct cell c;

	(void)state;
	cell_sample(&c, 10, 1000, log);
	for (int i = 1; i <= 1000; i++)
		send_sample(&c, i);
	assert_int_equal(c.samples_rc, -EPROTO);
	assert_non_null(strstr(c.samples_err.msg, "more than the 10 samples a second"));
	/* 10 s and 8 times 1 s at 10 Hz, a tick of the test's own duration aside. */
	assert_in_range(samples_count(c.samples), 181, 300);
	samples_free(c.samples);
}

static void a_file_of_samples_has_a_limit(void **state)
{
	cleanup_fclose FILE *log = tmpfile();
	struct cell c;

	(void)state;
	cell_sample(&c, 10, 0, log);
	assert_int_equal(fseek(log, SAMPLING_FILE_MAX - 100, SEEK_SET), 0);	/* a hole */
	send_sample(&c, 1);
	assert_int_equal(c.samples_rc, 0);
	for (int i = 2; i < 10; i++)
		send_sample(&c, i);
	assert_int_equal(c.samples_rc, -EFBIG);
	assert_non_null(strstr(c.samples_err.msg, "sample less often"));
	assert_true(ftell(log) < SAMPLING_FILE_MAX + 100);
	samples_free(c.samples);
}

static void a_full_disk_is_told(void **state)
{
	cleanup_fclose FILE *log = fopen("/dev/full", "we");
	struct cell c;

	(void)state;
	assert_non_null(log);
	setvbuf(log, NULL, _IONBF, 0);
	cell_sample(&c, 10, 0, log);
	send_sample(&c, 1);
	assert_int_equal(c.samples_rc, -EIO);
	assert_non_null(strstr(c.samples_err.msg, "is /the/cell full?"));
	samples_free(c.samples);
}

static void without_sampling_the_agent_is_not_asked_and_may_not_send(void **state)
{
	struct cell c = { .sample_hz = 0 };
	struct err e;

	(void)state;
	assert_int_equal(sampling_start(&c, &e), 0);	/* there is no guest to ask */
	assert_int_equal(samples_column(c.samples, "vmstat.pgfault"), -1);
	assert_null(c.samples_log);
	cleanup_json json_t *event = json_pack("{s:I, s:[i]}", "t_ns", (json_int_t)1, "v", 1);
	sampling_take(&c, event);
	assert_int_equal(c.samples_rc, -EPROTO);
	samples_free(c.samples);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_many_is_eight_times_as_many_as_asked_for),
		cmocka_unit_test(a_guest_that_sends_too_many_samples_breaks_the_protocol),
		cmocka_unit_test(a_file_of_samples_has_a_limit),
		cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(without_sampling_the_agent_is_not_asked_and_may_not_send),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
