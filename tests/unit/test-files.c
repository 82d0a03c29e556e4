/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json.h"
#include "workloads/files/files-report.h"

#define SEED 11
#define WORDS 700

static const struct content_form half = { .seed = SEED, .noise = 256 };

static const struct files_config small = {
	.files = 200, .folders = 7, .size_min = 64, .size_max = 16384, .hot = 10, .hot_rate = 40,
	.read = 80, .create = 50, .compressible = 50, .seed = SEED,
};

/* What a file holds */

static void a_file_is_the_right_one_and_no_other(void **state)
{
	static uint64_t buf[WORDS], zero[WORDS];

	(void)state;
	content_fill(buf, &half, 17, 0, WORDS);
	assert_int_equal(content_check(buf, &half, 17, WORDS, WORDS), CONTENT_GOOD);
	assert_int_equal(content_check(buf, &half, 18, WORDS, WORDS), CONTENT_OTHER);
	assert_int_equal(content_check(buf, &half, 17, WORDS - 1, WORDS), CONTENT_LENGTH);
	assert_int_equal(content_check(buf, &half, 17, WORDS, WORDS - 1), CONTENT_LENGTH);
	assert_int_equal(content_check(zero, &half, 17, WORDS, WORDS), CONTENT_ZERO);
	for (unsigned i = 1; i < WORDS; i++) {
		buf[i] ^= 1ULL << i % 64;
		assert_int_equal(content_check(buf, &half, 17, WORDS, WORDS), CONTENT_DAMAGED);
		buf[i] ^= 1ULL << i % 64;
	}
}

static void what_is_appended_goes_on_where_the_file_ended(void **state)
{
	static uint64_t once[WORDS], twice[WORDS];

	(void)state;
	content_fill(once, &half, 5, 0, WORDS);
	content_fill(twice, &half, 5, 0, 123);
	content_fill(twice + 123, &half, 5, 123, WORDS - 123);
	assert_memory_equal(once, twice, sizeof(once));
}

static void no_4_kib_of_a_file_is_like_another(void **state)
{
	(void)state;
	for (unsigned compressible = 0; compressible <= 100; compressible += 50) {
		struct content_form f = content_form(SEED, compressible);
		uint64_t buf[3 * 512];
		unsigned zeros = 0;

		content_fill(buf, &f, 9, 0, 3 * 512);
		assert_memory_not_equal(buf, buf + 512, 4096);
		assert_memory_not_equal(buf + 512, buf + 1024, 4096);
		for (unsigned i = 0; i < 3 * 512; i++)
			zeros += !buf[i];
		assert_in_range(zeros, 3 * 512 * compressible / 100 - (compressible == 100 ? 6 : 0),
				3 * 512 * compressible / 100);
	}
}

/* The pool */

struct place {
	struct pool pool;
	char path[64];
};

static void place_open(struct place *t, const struct files_config *c)
{
	struct err e = {};

	snprintf(t->path, sizeof(t->path), "/tmp/test-files-XXXXXX");
	assert_non_null(mkdtemp(t->path));
	if (pool_open(&t->pool, c, t->path, &e) || pool_fill(&t->pool, &e))
		fail_msg("%s", e.msg);
}

static void place_close(struct place *t)
{
	struct err e = {};

	pool_close(&t->pool);
	assert_int_equal(dir_remove(t->path, &e), 0);
}

static void transact(struct place *t, uint64_t n, struct files_result *r)
{
	struct err e = {};

	memset(r, 0, sizeof(*r));
	if (files_run(&t->pool, n, 0, r, &e))
		fail_msg("%s", e.msg);
}

static void the_seed_alone_decides_what_is_done(void **state)
{
	static struct files_result ra, rb;
	struct files_config other = small;
	struct place a, b, c;

	(void)state;
	other.seed++;
	place_open(&a, &small);
	place_open(&b, &small);
	place_open(&c, &other);
	transact(&a, 500, &ra);
	transact(&b, 500, &rb);
	assert_int_equal(a.pool.n, b.pool.n);
	assert_memory_equal(a.pool.files, b.pool.files, a.pool.n * sizeof(*a.pool.files));
	assert_memory_not_equal(a.pool.files, c.pool.files, small.files * sizeof(*a.pool.files));
	assert_int_equal(ra.appended_bytes, rb.appended_bytes);
	for (enum files_op op = 0; op < OP_COUNT; op++)
		assert_int_equal(ra.latencies[op].n, rb.latencies[op].n);
	place_close(&a);
	place_close(&b);
	place_close(&c);
}

static void transactions_are_pairs_in_the_shares_that_were_asked_for(void **state)
{
	static struct files_result r;
	struct place t;

	(void)state;
	place_open(&t, &small);
	transact(&t, 4000, &r);
	uint64_t hot = r.latencies[OP_READ_HOT].n, cold = r.latencies[OP_READ_COLD].n;

	assert_int_equal(r.transactions, 4000);
	assert_int_equal(hot + cold + r.latencies[OP_APPEND].n, 4000);
	assert_int_equal(r.latencies[OP_CREATE].n + r.latencies[OP_DELETE].n, 4000);
	assert_int_equal(t.pool.n, 200 + r.latencies[OP_CREATE].n - r.latencies[OP_DELETE].n);
	assert_in_range(hot * 100 / (hot + cold), 37, 43);
	assert_in_range(r.latencies[OP_APPEND].n, 600, 900);
	assert_in_range(r.latencies[OP_CREATE].n, 1850, 2150);
	place_close(&t);
}

static void hot_files_stay_as_they_were_made(void **state)
{
	static struct files_result r;
	struct pool_file before[20];
	struct place t;
	struct err e = {};

	(void)state;
	place_open(&t, &small);
	assert_int_equal(t.pool.n_hot, 20);
	memcpy(before, t.pool.files, sizeof(before));
	transact(&t, 2000, &r);
	assert_memory_equal(before, t.pool.files, sizeof(before));
	if (pool_verify(&t.pool, &e))
		fail_msg("%s", e.msg);
	place_close(&t);
}

static void no_cold_file_is_read_twice_before_all_have_been(void **state)
{
	struct files_config c = small;
	static struct files_result r;
	struct place t;

	(void)state;
	c.hot_rate = 1;
	place_open(&t, &c);
	for (uint64_t reads = 0, next = t.pool.n_hot; reads < 1000;) {
		uint64_t n_before = t.pool.n;

		transact(&t, 1, &r);
		if (!r.latencies[OP_READ_COLD].n)
			continue;
		reads++;
		next = next >= n_before ? t.pool.n_hot + 1 : next + 1;
		assert_int_equal(t.pool.next_cold, next);
	}
	place_close(&t);
}

static void a_pool_that_runs_out_of_cold_files_or_of_room_goes_on(void **state)
{
	static struct files_result r;
	struct files_config c = small;
	struct place t;

	(void)state;
	for (c.create = 1; c.create < 100; c.create += 98) {
		place_open(&t, &c);
		transact(&t, 600, &r);
		assert_in_range(t.pool.n, t.pool.n_hot, 2 * small.files);
		place_close(&t);
	}
}

static void what_is_known_of_the_files_is_kept_for_the_next_program(void **state)
{
	static struct files_result r;
	struct files_config other = small;
	struct place t, u = { 0 };
	struct err e = {};

	(void)state;
	other.hot = 20;
	place_open(&t, &small);
	transact(&t, 300, &r);
	assert_int_equal(pool_save(&t.pool, &e), 0);
	assert_int_equal(pool_open(&u.pool, &small, t.path, &e), 0);
	assert_int_equal(pool_load(&u.pool, &e), 0);
	assert_int_equal(u.pool.n, t.pool.n);
	assert_int_equal(u.pool.rng.state, t.pool.rng.state);
	assert_int_equal(u.pool.next_cold, t.pool.next_cold);
	assert_int_equal(pool_verify(&u.pool, &e), 0);
	pool_close(&u.pool);
	assert_int_equal(pool_open(&u.pool, &other, t.path, &e), 0);
	assert_int_equal(pool_load(&u.pool, &e), -EPROTO);
	pool_close(&u.pool);
	place_close(&t);
}

/* Opens file @slot to harm it. */
static int file_of(struct place *t, uint64_t slot)
{
	struct err e = {};
	int fd;

	assert_int_equal(pool_open_file(&t->pool, slot, O_RDWR, &fd, &e), 0);
	return fd;
}

static void files_that_are_damaged_cut_or_too_many_are_found(void **state)
{
	struct place t;
	struct pool_read seen;
	struct err e = {};
	int fd;

	(void)state;
	place_open(&t, &small);
	assert_int_equal(pool_verify(&t.pool, &e), 0);
	fd = file_of(&t, 3);
	assert_int_equal(pwrite(fd, "x", 1, 21), 1);
	close(fd);
	assert_int_equal(pool_read(&t.pool, 3, &seen, &e), 0);
	assert_int_equal(t.pool.corrupt, 1);
	fd = file_of(&t, 50);
	assert_int_equal(ftruncate(fd, 63), 0);
	close(fd);
	assert_int_equal(pool_verify(&t.pool, &e), -EILSEQ);
	assert_int_equal(t.pool.corrupt, 3);
	t.pool.n--;			/* of the last file the pool knows no more */
	assert_int_equal(pool_verify(&t.pool, &e), -EILSEQ);
	assert_non_null(strstr(e.msg, "hold 200 files"));
	place_close(&t);
}

/* What is in memory, and the report */

static void a_hole_is_not_in_memory_and_what_was_written_is(void **state)
{
	char path[] = "/tmp/test-files-XXXXXX", data[4096] = "x";
	cleanup_close int fd = mkstemp(path);
	struct resident seen;
	struct err e = {};

	(void)state;
	assert_int_equal(ftruncate(fd, 8L << 20), 0);
	assert_int_equal(resident_look(fd, (8L << 20) - 100, &seen, &e), 0);
	assert_int_equal(seen.pages, 2048);
	assert_int_equal(seen.in_memory, 0);
	assert_int_equal(pwrite(fd, data, sizeof(data), 6L << 20), (ssize_t)sizeof(data));
	assert_int_equal(resident_look(fd, 8L << 20, &seen, &e), 0);
	assert_int_equal(seen.in_memory, 1);
	unlink(path);
}

static json_t *figures_of(const struct files_result *r, const struct resident *hot)
{
	static const struct resident cold = { .pages = 8, .in_memory = 2 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	report_files_figures(r, hot, &cold, 3, out);
	fclose(out);
	json_t *j = json_loads(text, 0, NULL);

	if (!j)
		fail_msg("no JSON: %s", text);
	free(text);
	return j;
}

static double figure(const json_t *figures, const char *name)
{
	if (!json_is_number(json_object_get(figures, name)))
		fail_msg("no number for %s", name);
	return json_number_value(json_object_get(figures, name));
}

static void figures_are_of_what_was_done_and_null_of_what_was_not(void **state)
{
	static struct files_result r = { .transactions = 40, .appended_bytes = 77,
					 .elapsed_ns = 2000000000 };
	struct resident hot = { .pages = 10, .in_memory = 9 }, no_files = { 0 };

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		histogram_add(&r.latencies[OP_READ_HOT], 1000);
	for (unsigned i = 0; i < 30; i++)
		histogram_add(&r.latencies[OP_READ_COLD], 64000);
	r.missed[OP_READ_HOT] = 1;
	r.refaults[OP_READ_HOT] = 4;
	cleanup_json json_t *figures = figures_of(&r, &hot), *none = figures_of(&r, &no_files);

	assert_float_equal(figure(figures, "transactions_per_s"), 20, 1e-9);
	assert_float_equal(figure(figures, "reads_per_s"), 20, 1e-9);
	assert_float_equal(figure(figures, "read_p50"), 64, 2);
	assert_float_equal(figure(figures, "read_max"), 64, 1e-9);
	assert_float_equal(figure(figures, "hot_read_p99"), 1, 0.04);
	assert_float_equal(figure(figures, "hot_miss_share"), 0.1, 1e-9);
	assert_float_equal(figure(figures, "cold_miss_share"), 0, 1e-9);
	assert_float_equal(figure(figures, "hot_refaults"), 4, 1e-9);
	assert_float_equal(figure(figures, "hot_cached_share"), 0.9, 1e-9);
	assert_float_equal(figure(figures, "cold_cached_share"), 0.25, 1e-9);
	assert_float_equal(figure(figures, "appended"), 77, 1e-9);
	assert_float_equal(figure(figures, "corrupt"), 3, 1e-9);
	assert_true(json_is_null(json_object_get(figures, "create_p50")));
	assert_true(json_is_null(json_object_get(none, "hot_cached_share")));
}

static void parameters_that_do_not_fit_together_are_refused(void **state)
{
	static const struct { const char *name, *value; } good[] = {
		{ "FILES", "100" }, { "FOLDERS", "2" }, { "SIZE_MIN", "512" }, { "SIZE_MAX", "1024" },
		{ "HOT", "10" }, { "HOT_RATE", "40" }, { "ZIPF", "0" }, { "READ", "80" },
		{ "CREATE", "50" }, { "COMPRESSIBLE", "50" }, { "WARMUP_TRANSACTIONS", "0" },
		{ "TRANSACTIONS", "10" }, { "DURATION", "1000" }, { "SEED", "1" }, { "PLACE", "disk" },
	};
	static const struct { const char *name, *value, *said; } bad[] = {
		{ "SIZE_MIN", "2048", "size_min (2048 bytes) is above size_max" },
		{ "SIZE_MAX", "1023", "multiples of 8" },
		{ "PLACE", "nfs", "not one of: disk, tmpfs" },
		{ "READ", "100", "parameter 'read' is 100, not 1 to 99" },
	};
	struct files_config c;
	struct err e = {};
	char key[64];

	(void)state;
	for (size_t i = 0; i <= ARRAY_SIZE(bad); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(good); k++) {
			bool harm = i < ARRAY_SIZE(bad) && !strcmp(good[k].name, bad[i].name);

			snprintf(key, sizeof(key), "RAMRIG_%s", good[k].name);
			setenv(key, harm ? bad[i].value : good[k].value, 1);
		}
		int rc = files_config_read(&c, &e);

		assert_int_equal(rc, i < ARRAY_SIZE(bad) ? -EINVAL : 0);
		if (rc && !strstr(e.msg, bad[i].said))
			fail_msg("%s", e.msg);
	}
	assert_int_equal(c.size_max, 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_the_right_one_and_no_other),
		cmocka_unit_test(what_is_appended_goes_on_where_the_file_ended),
		cmocka_unit_test(no_4_kib_of_a_file_is_like_another),
		cmocka_unit_test(the_seed_alone_decides_what_is_done),
		cmocka_unit_test(transactions_are_pairs_in_the_shares_that_were_asked_for),
		cmocka_unit_test(hot_files_stay_as_they_were_made),
		cmocka_unit_test(no_cold_file_is_read_twice_before_all_have_been),
		cmocka_unit_test(a_pool_that_runs_out_of_cold_files_or_of_room_goes_on),
		cmocka_unit_test(what_is_known_of_the_files_is_kept_for_the_next_program),
		cmocka_unit_test(files_that_are_damaged_cut_or_too_many_are_found),
		cmocka_unit_test(a_hole_is_not_in_memory_and_what_was_written_is),
		cmocka_unit_test(figures_are_of_what_was_done_and_null_of_what_was_not),
		cmocka_unit_test(parameters_that_do_not_fit_together_are_refused),
	};

	return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
