/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A batch runs cells by executing its own program with the command "cell":
 * here that is this test, which plays a cell. What each attempt is to do stands
 * in the folder's script.json, what was done in its journal.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "cell/batch.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "result-edit.h"

#define CELLS 6		/* three pairs of two */
#define SLOW_MS 300

/* Cell number @n of the plan at @plan_path, with @outcome and all that a whole result has. */
static void write_result(const char *dir, const char *plan_path, unsigned n, const char *outcome)
{
	cleanup_free char *path = path_format("%s/cells/%04u/result.json", dir, n);
	cleanup_free char *folder = path_format("%s/cells/%04u", dir, n);
	cleanup_json json_t *plan = NULL;
	struct err e;

	if (json_load_path(plan_path, &plan, &e) || dir_make(folder, 0755, &e))
		_exit(90);
	cleanup_json json_t *r =
		json_pack("{s:i, s:s, s:s, s:{s:s, s:s, s:i, s:{}, s:{}}, s:{}, s:{s:s}}", "schema", 1,
			  "outcome", outcome, "reason", "as the script says", "fidelity",
			  "accelerator", "tcg", "clock", "host", "cpus", 1, "nodes", "swaps",
			  "metrics", "proof", "status", "none");
	json_object_update(r, json_array_get(json_object_get(plan, "cells"), n - 1));
	if (json_save_path(r, path, &e))
		_exit(91);
}

static void journal(const char *dir, const char *what, unsigned n, unsigned m)
{
	cleanup_free char *path = path_format("%s/journal", dir);
	cleanup_free char *line = path_format("%s %u %u\n", what, n, m);
	cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		_exit(92);
}

static unsigned first_cpu(void)
{
	cpu_set_t set;
	unsigned cpu = 0;

	sched_getaffinity(0, sizeof(set), &set);
	while (cpu < CPU_SETSIZE && !CPU_ISSET(cpu, &set))
		cpu++;
	return cpu;
}

/* Until SIGTERM, which is noted. */
static void hang(const char *dir, unsigned n)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	printf("phase hanging\n");
	fflush(stdout);
	sigwait(&set, &sig);
	journal(dir, "stopped", n, 0);
	_exit(3);
}

/* ramrig cell --progress --attempt=A DIR/plan.json N */
static int play_cell(char **argv)
{
	unsigned attempt = (unsigned)strtoul(argv[3] + strlen("--attempt="), NULL, 10);
	unsigned n = (unsigned)strtoul(argv[5], NULL, 10);
	cleanup_free char *dir = path_format("%s", argv[4]);
	cleanup_free char *key = path_format("%u", n);
	cleanup_json json_t *script = NULL;
	struct err e;

	*strrchr(dir, '/') = '\0';
	cleanup_free char *script_path = path_format("%s/script.json", dir);
	if (json_load_path(script_path, &script, &e))
		return 93;
	const json_t *acts = json_object_get(script, key);
	const char *act = json_string_value(json_array_get(acts, attempt - 1));

	journal(dir, "start", n, attempt);
	journal(dir, "cpu", n, first_cpu());
	printf("phase playing\nconsole line of cell %u\nnonsense\n", n);
	fflush(stdout);
	if (!act)
		act = "ok";
	if (!strcmp(act, "hang"))
		hang(dir, n);
	if (!strcmp(act, "die"))
		raise(SIGKILL);
	if (!strcmp(act, "slow"))
		poll(NULL, 0, SLOW_MS);
	write_result(dir, argv[4], n, strcmp(act, "slow") ? act : "ok");
	journal(dir, "end", n, attempt);
	return 0;
}

/* A result folder with a plan of three pairs and @script ('' for "). */
static char *folder_make(const char *script)
{
	cleanup_free char *text = path_format("%s", script);
	char *dir = path_format("/tmp/ramrig-batch-XXXXXX");
	cleanup_free char *from = path_format(RECORDED "quickstart/plan.json");
	cleanup_json json_t *plan = NULL;
	struct err e;

	assert_non_null(mkdtemp(dir));
	cleanup_free char *plan_path = path_format("%s/plan.json", dir);
	cleanup_free char *script_path = path_format("%s/script.json", dir);

	for (char *p = text; (p = strchr(p, '\''));)
		*p = '"';
	assert_int_equal(file_write_atomic(script_path, text, strlen(text), &e), 0);
	assert_int_equal(json_load_path(from, &plan, &e), 0);
	json_t *cells = json_object_get(plan, "cells");

	while (json_array_size(cells) > CELLS)
		json_array_remove(cells, json_array_size(cells) - 1);
	json_object_set_new(plan, "pairs", json_integer(CELLS / 2));
	assert_int_equal(json_save_path(plan, plan_path, &e), 0);
	return dir;
}

struct run {
	struct batch b;
	json_t *plan;
	int rc;
	struct err e;
};

static void batch_begin(struct run *r, const char *dir)
{
	cleanup_free char *path = path_format("%s/plan.json", dir);

	assert_int_equal(json_load_path(path, &r->plan, &r->e), 0);
	r->b.dir = dir;
	r->b.plan = r->plan;
	r->b.jobs = r->b.jobs ? r->b.jobs : 1;
	if (batch_open(&r->b, &r->e))
		fail_msg("%s", r->e.msg);
}

static void batch_go(struct run *r, const char *dir)
{
	batch_begin(r, dir);
	r->rc = batch_run(&r->b, &r->e);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void batch_end(struct run *r)
{
	batch_clear(&r->b);
	json_decref(r->plan);
}

static char *journal_of(const char *dir, const char *what)
{
	cleanup_free char *path = path_format("%s/journal", dir);
	cleanup_free char *text = NULL;
	char *found = path_format("%s", "");
	struct err e;

	if (file_read(AT_FDCWD, path, 1 << 20, &text, NULL, &e))
		return found;
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		if (strncmp(line, what, strlen(what)) || line[strlen(what)] != ' ')
			continue;
		char *longer = path_format("%s%s%s", found, *found ? ", " : "",
					   line + strlen(what) + 1);
		free(found);
		found = longer;
	}
	return found;
}

static void assert_journal(const char *dir, const char *what, const char *wanted)
{
	cleanup_free char *seen = journal_of(dir, what);

	assert_string_equal(seen, wanted);
}

static void cells_run_in_the_order_of_the_plan(void **state)
{
	cleanup_copy char *dir = folder_make("{}");
	struct run r = { 0 };
	(void)state;

	batch_begin(&r, dir);
	assert_int_equal(batch_eta_ms(&r.b), -1);
	batch_end(&r);
	r = (struct run){ 0 };
	batch_go(&r, dir);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.b.n_done, CELLS);
	assert_int_equal(batch_eta_ms(&r.b), 0);
	assert_journal(dir, "start", "1 1, 2 1, 3 1, 4 1, 5 1, 6 1");
	batch_end(&r);
}

static int n_told;
static char told[600];

static void note_cell(const struct batch *b, const struct batch_slot *s, enum outcome outcome,
		      const char *reason)
{
	(void)b;
	n_told++;
	if (outcome == OUTCOME_INFRA_ERROR)
		snprintf(told, sizeof(told), "%u: %s", s->cell->n, reason);
	assert_string_equal(s->phase, "playing");
	assert_non_null(strstr(s->console, "line of cell"));
}

static void infra_errors_are_tried_three_times_and_nothing_else_is(void **state)
{
	static const struct { const char *what, *script, *starts, *told; size_t done; int n_told; } cases[] = {
		{ "an infra error once", "{'1': ['infra-error']}",
		  "1 1, 1 2, 2 1, 3 1, 4 1, 5 1, 6 1", "1: as the script says", 6, 7 },
		{ "twice", "{'2': ['infra-error', 'infra-error']}",
		  "1 1, 2 1, 2 2, 2 3, 3 1, 4 1, 5 1, 6 1", "2: as the script says", 6, 8 },
		{ "for ever", "{'2': ['infra-error', 'infra-error', 'infra-error']}",
		  "1 1, 2 1, 2 2, 2 3, 3 1, 4 1, 5 1, 6 1", "2: as the script says", 5, 8 },
		{ "a cell that leaves no result", "{'6': ['die', 'die', 'die']}",
		  "1 1, 2 1, 3 1, 4 1, 5 1, 6 1, 6 2, 6 3", "6: the cell left no result", 5, 8 },
		{ "an outcome nobody knows", "{'1': ['splendid']}",
		  "1 1, 1 2, 2 1, 3 1, 4 1, 5 1, 6 1", "1: as the script says", 6, 7 },
		{ "kernels that crash and hang", "{'1': ['crashed'], '2': ['hung'], '3': ['nonconforming'],"
						 "'4': ['workload-failed']}",
		  "1 1, 2 1, 3 1, 4 1, 5 1, 6 1", "", 6, 6 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_copy char *dir = folder_make(cases[i].script);
		struct run r = { .b = { .on_cell = note_cell } };

		print_message("  %s\n", cases[i].what);
		n_told = 0;
		told[0] = '\0';
		batch_go(&r, dir);
		assert_int_equal(r.rc, 0);
		assert_journal(dir, "start", cases[i].starts);
		assert_int_equal(r.b.n_done, cases[i].done);
		assert_int_equal(n_told, cases[i].n_told);
		assert_int_equal(strncmp(told, cases[i].told, strlen(cases[i].told)), 0);
		for (size_t k = 0; k < CELLS; k++)
			assert_true(r.b.cells[k].done != r.b.cells[k].given_up);
		batch_end(&r);
	}
}

static void resuming_runs_just_what_is_not_done(void **state)
{
	cleanup_copy char *dir = folder_make("{}");
	cleanup_free char *plan = path_format("%s/plan.json", dir);
	struct run r = { 0 };
	(void)state;

	write_result(dir, plan, 1, "ok");
	write_result(dir, plan, 2, "crashed");
	write_result(dir, plan, 3, "infra-error");
	write_result(dir, plan, 4, "ok");
	overwrite_cell(dir, 4, "{\"schema\": 1, \"outcome\": \"o");
	batch_begin(&r, dir);
	assert_int_equal(r.b.n_done, 2);
	r.rc = batch_run(&r.b, &r.e);
	assert_int_equal(r.rc, 0);
	assert_journal(dir, "start", "3 1, 4 1, 5 1, 6 1");
	assert_int_equal(r.b.n_done, CELLS);
	batch_end(&r);

	struct run again = { 0 };
	batch_go(&again, dir);
	assert_int_equal(again.rc, 0);
	assert_journal(dir, "start", "3 1, 4 1, 5 1, 6 1");
	batch_end(&again);
}

static void a_budget_is_spent_on_whole_pairs(void **state)
{
	static const struct { const char *what; int64_t budget_ms; unsigned done; const char *starts; } cases[] = {
		{ "hardly any", 1, 0, "1 1, 2 1" },
		{ "hardly any, and pair 2 was begun", 1, 3, "1 1, 2 1, 4 1" },
		{ "enough", 3600000, 0, "1 1, 2 1, 3 1, 4 1, 5 1, 6 1" },
		{ "none given", 0, 0, "1 1, 2 1, 3 1, 4 1, 5 1, 6 1" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_copy char *dir = folder_make("{'1': ['slow']}");
		cleanup_free char *plan = path_format("%s/plan.json", dir);
		struct run r = { .b = { .budget_ms = cases[i].budget_ms } };

		print_message("  %s\n", cases[i].what);
		if (cases[i].done)
			write_result(dir, plan, cases[i].done, "ok");
		batch_go(&r, dir);
		assert_int_equal(r.rc, 0);
		assert_journal(dir, "start", cases[i].starts);
		assert_int_equal(r.b.out_of_budget, cases[i].budget_ms == 1);
		batch_end(&r);
	}
}

/* Makes the first pair of the plan in @dir two cells that tell the peak, of which all others go by one. */
static void limits_add(const char *dir)
{
	cleanup_free char *path = path_format("%s/plan.json", dir);
	cleanup_json json_t *plan = NULL;
	struct err e;

	assert_int_equal(json_load_path(path, &plan, &e), 0);
	json_t *first = json_array_get(json_object_get(plan, "cells"), 0);

	json_object_set_new(first, "pair", json_integer(0));
	json_object_set_new(plan, "limit_ratio", json_real(0.5));
	assert_int_equal(json_save_path(plan, path, &e), 0);
}

static void limited_cells_wait_for_the_peak_and_are_not_begun_without_it(void **state)
{
	static const struct { const char *what, *script, *starts; unsigned jobs, done; } cases[] = {
		{ "the peak is told", "{'1': ['slow']}", "1 1, 2 1, 3 1, 4 1, 5 1, 6 1", 2, 6 },
		{ "it takes two tries", "{'1': ['infra-error']}", "1 1, 1 2, 2 1, 3 1, 4 1, 5 1, 6 1",
		  1, 6 },
		{ "the kernel crashes", "{'1': ['crashed']}", "1 1", 1, 1 },
		{ "the rig fails", "{'1': ['infra-error', 'infra-error', 'infra-error']}",
		  "1 1, 1 2, 1 3", 1, 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_copy char *dir = folder_make(cases[i].script);
		struct run r = { .b = { .jobs = cases[i].jobs } };

		print_message("  %s\n", cases[i].what);
		limits_add(dir);
		batch_go(&r, dir);
		assert_int_equal(r.rc, 0);
		assert_int_equal(r.b.n_done, cases[i].done);
		if (cases[i].jobs == 1)
			assert_journal(dir, "start", cases[i].starts);
		else	/* the others began after it had ended */
			assert_true(r.b.cells[0].well);
		batch_end(&r);
	}
}

static void a_part_of_the_pairs_or_one_arm_can_be_run_alone(void **state)
{
	static const struct { unsigned pairs; const char *arm, *starts; size_t wanted; } cases[] = {
		{ 2, NULL, "1 1, 2 1, 3 1, 4 1", 4 },
		{ 0, "na", "2 1, 4 1, 5 1", 3 },
		{ 1, "ksm", "1 1", 1 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_copy char *dir = folder_make("{}");
		struct run r = { .b = { .pairs = cases[i].pairs, .only_arm = cases[i].arm } };

		batch_go(&r, dir);
		assert_int_equal(r.rc, 0);
		assert_journal(dir, "start", cases[i].starts);
		assert_int_equal(r.b.n_wanted, cases[i].wanted);
		assert_int_equal(r.b.n_done, cases[i].wanted);
		assert_int_equal(batch_eta_ms(&r.b), 0);
		batch_end(&r);
	}
}

static void two_jobs_run_at_once_on_cpus_of_their_own(void **state)
{
	cleanup_copy char *dir = folder_make("{'1': ['slow'], '2': ['slow']}");
	struct run r = { .b = { .jobs = 2 } };
	cleanup_free char *path = path_format("%s/journal", dir);
	cleanup_free char *text = NULL;
	(void)state;

	batch_go(&r, dir);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.b.n_done, CELLS);
	assert_int_equal(file_read(AT_FDCWD, path, 1 << 20, &text, NULL, &r.e), 0);
	assert_true(strstr(text, "start 2 1") < strstr(text, "end 1 1"));
	assert_true(strstr(text, "start 1 1") < strstr(text, "end 2 1"));
	assert_true(strstr(text, "start 3 1") > strstr(text, "end 1 1") ||
		    strstr(text, "start 3 1") > strstr(text, "end 2 1"));
	cpu_set_t set;

	sched_getaffinity(0, sizeof(set), &set);
	if (CPU_ISSET(0, &set) && CPU_ISSET(1, &set)) {
		assert_non_null(strstr(text, "cpu 1 0"));
		assert_non_null(strstr(text, "cpu 2 1"));
	}
	batch_end(&r);
}

static bool signalled;

/* Sends SIGTERM, once, when every slot hangs: a second one would kill. */
static void stop_when_all_hang(const struct batch *b)
{
	unsigned hanging = 0;

	for (unsigned i = 0; i < b->jobs; i++)
		hanging += b->slots[i].pid && !strcmp(b->slots[i].phase, "hanging");
	if (hanging == b->jobs && !signalled) {
		signalled = true;
		kill(getpid(), SIGTERM);
	}
}

static void sigterm_stops_every_cell_and_leaves_the_rest_to_resume(void **state)
{
	cleanup_copy char *dir = folder_make("{'2': ['hang'], '3': ['hang']}");
	struct run r = { .b = { .jobs = 2, .on_change = stop_when_all_hang } };
	(void)state;

	batch_go(&r, dir);
	assert_int_equal(r.rc, -ECANCELED);
	cleanup_free char *stopped = journal_of(dir, "stopped");

	assert_true(!strcmp(stopped, "2 0, 3 0") || !strcmp(stopped, "3 0, 2 0"));
	assert_int_equal(r.b.n_done, 1);
	batch_end(&r);

	struct run later = { 0 };
	batch_begin(&later, dir);
	assert_int_equal(later.b.n_done, 1);
	batch_end(&later);
}

static void a_folder_without_a_whole_plan_is_refused(void **state)
{
	cleanup_copy char *dir = folder_make("{}");
	struct run r = { 0 };
	(void)state;

	edit(dir, "plan.json", "arms", NULL);
	cleanup_free char *path = path_format("%s/plan.json", dir);

	assert_int_equal(json_load_path(path, &r.plan, &r.e), 0);
	r.b = (struct batch){ .dir = dir, .plan = r.plan, .jobs = 1 };
	assert_int_equal(batch_open(&r.b, &r.e), -EINVAL);
	assert_non_null(strstr(r.e.msg, "arms"));
	batch_end(&r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_run_in_the_order_of_the_plan),
		cmocka_unit_test(infra_errors_are_tried_three_times_and_nothing_else_is),
		cmocka_unit_test(resuming_runs_just_what_is_not_done),
		cmocka_unit_test(a_budget_is_spent_on_whole_pairs),
		cmocka_unit_test(limited_cells_wait_for_the_peak_and_are_not_begun_without_it),
		cmocka_unit_test(a_part_of_the_pairs_or_one_arm_can_be_run_alone),
		cmocka_unit_test(two_jobs_run_at_once_on_cpus_of_their_own),
		cmocka_unit_test(sigterm_stops_every_cell_and_leaves_the_rest_to_resume),
		cmocka_unit_test(a_folder_without_a_whole_plan_is_refused),
	};

	if (argc == 6 && !strcmp(argv[1], "cell"))
		return play_cell(argv);
	return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
