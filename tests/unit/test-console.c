/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "vm/console.h"

#define FOLLOW_MAX (256 * 1024)	/* console_follow() takes no more at once */

static const char boot[] = "[    0.000000] Linux version 6.12\r\n"
			   "[    1.500000] \x1b[31mred\x1b[0m \xff\xfe\tx\r\n"
			   "\r\n"
			   "[    2.000000] Kernel panic - not syncing: Attempted to kill init!\r\n"
			   "[    2.100000] ---[ end Kernel panic - not syncing: again ]---\r\n";

static struct console fresh(void)
{
	return (struct console){ .fd = -1 };
}

static bool feed(struct console *c, const char *text)
{
	return console_feed(c, text, strlen(text));
}

static void the_last_whole_line_is_kept(void **state)
{
	struct console c = fresh();
	(void)state;

	assert_false(feed(&c, "half"));
	assert_string_equal(c.last, "");
	assert_true(feed(&c, " a line\nand"));
	assert_string_equal(c.last, "half a line");
	assert_false(feed(&c, ""));
	assert_true(feed(&c, " one\n\n\r\n"));
	assert_string_equal(c.last, "and one");
	assert_false(feed(&c, "\n\r\n"));
	assert_string_equal(c.last, "and one");
}

static void what_could_steer_a_terminal_becomes_a_question_mark(void **state)
{
	struct console c = fresh();
	char text[256];
	(void)state;

	for (int b = 0; b < 256; b++)
		text[b] = (char)b;
	console_feed(&c, text, sizeof(text));
	console_feed(&c, "\n", 1);
	for (const char *p = c.last; *p; p++)
		assert_in_range(*p, ' ', '~');
	/* 256 bytes, of which 245 follow the first newline, less the carriage return. */
	assert_int_equal(strlen(c.last), CONSOLE_LINE_MAX - 1);
}

static void a_long_line_is_cut_and_the_next_begins_afresh(void **state)
{
	struct console c = fresh();
	char x[3 * CONSOLE_LINE_MAX];
	(void)state;

	memset(x, 'x', sizeof(x));
	console_feed(&c, x, sizeof(x));
	assert_true(feed(&c, "\n"));
	assert_int_equal(strlen(c.last), CONSOLE_LINE_MAX - 1);
	assert_true(feed(&c, "short\n"));
	assert_string_equal(c.last, "short");
}

static void cutting_the_bytes_anywhere_changes_nothing(void **state)
{
	struct console whole = fresh();
	(void)state;

	feed(&whole, boot);
	assert_non_null(strstr(whole.last, "end Kernel panic"));
	for (size_t cut = 0; cut < sizeof(boot); cut++) {
		struct console c = fresh();

		console_feed(&c, boot, cut);
		console_feed(&c, boot + cut, sizeof(boot) - 1 - cut);
		assert_string_equal(c.last, whole.last);
		assert_string_equal(c.panic, whole.panic);
	}
	struct console bytewise = fresh();
	for (size_t i = 0; i < sizeof(boot) - 1; i++)
		console_feed(&bytewise, boot + i, 1);
	assert_string_equal(bytewise.last, whole.last);
	assert_string_equal(bytewise.panic, whole.panic);
}

static void the_first_line_of_a_death_is_remembered(void **state)
{
	static const struct { const char *line; bool dead; } cases[] = {
		{ "[ 1.0] Kernel panic - not syncing: VFS: Unable to mount root fs", true },
		{ "---[ end Kernel panic", true },
		{ "[ 1.0] BUG: soft lockup - CPU#0 stuck for 22s!", false },
		{ "[ 0.0] Command line: panic=-1 oops=panic", false },
		{ "Kernel panics are discussed here", false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct console c = fresh();

		print_message("  %s\n", cases[i].line);
		feed(&c, cases[i].line);
		assert_string_equal(c.panic, "");
		feed(&c, "\nafter\n---[ end Kernel panic\n");
		assert_string_equal(c.panic, cases[i].dead ? cases[i].line : "---[ end Kernel panic");
		assert_non_null(strstr(c.last, "end Kernel panic"));
	}
}

static void only_a_first_oops_that_is_a_breakpoint_counts(void **state)
{
	static const struct { const char *line; bool int3; } cases[] = {
		{ "[ 4.048986] Oops: int3: 0000 [#1] PREEMPT SMP NOPTI\n", true },
		{ "[ 4.048986] int3: 0000 [#1] SMP NOPTI\n", true },
		{ "[ 2.286982] Oops: int3: 0000 [#2] PREEMPT SMP NOPTI\n", false },
		{ "[ 1.0] Oops: general protection fault, maybe for address 0x0: 0000 [#1]\n", false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct console c = fresh();

		feed(&c, cases[i].line);
		assert_int_equal(c.int3, cases[i].int3);
	}
}

static char *file_new(void)
{
	char *path = path_format("/tmp/ramrig-console-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	return path;
}

static void append(const char *path, const char *bytes, size_t n)
{
	cleanup_close int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
}

static void a_file_is_followed_from_when_it_appears(void **state)
{
	cleanup_free char *path = file_new();
	struct console c = fresh();
	(void)state;

	unlink(path);
	assert_false(console_follow(&c, path));
	close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	assert_false(console_follow(&c, path));
	append(path, "one\ntw", 6);
	assert_true(console_follow(&c, path));
	assert_string_equal(c.last, "one");
	assert_false(console_follow(&c, path));
	append(path, "o\n", 2);
	assert_true(console_follow(&c, path));
	assert_string_equal(c.last, "two");
	assert_int_equal(c.seen, 8);
	close(c.fd);
	unlink(path);
}

static void a_flood_is_taken_in_bounded_bites(void **state)
{
	cleanup_free char *path = file_new();
	struct console c = fresh();
	static char flood[3 * FOLLOW_MAX];
	(void)state;

	assert_int_equal(console_size(&c), 0);
	memset(flood, 'x', sizeof(flood));
	for (size_t i = 80; i < sizeof(flood); i += 81)
		flood[i] = '\n';
	append(path, flood, sizeof(flood));
	for (off_t before = 0; c.seen < (off_t)sizeof(flood); before = c.seen) {
		assert_true(console_follow(&c, path));
		assert_in_range(c.seen - before, 1, FOLLOW_MAX);
		/* What is there counts, not what was read of it. */
		assert_int_equal(console_size(&c), sizeof(flood));
	}
	assert_int_equal(strlen(c.last), 80);
	close(c.fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_whole_line_is_kept),
		cmocka_unit_test(what_could_steer_a_terminal_becomes_a_question_mark),
		cmocka_unit_test(a_long_line_is_cut_and_the_next_begins_afresh),
		cmocka_unit_test(cutting_the_bytes_anywhere_changes_nothing),
		cmocka_unit_test(the_first_line_of_a_death_is_remembered),
		cmocka_unit_test(only_a_first_oops_that_is_a_breakpoint_counts),
		cmocka_unit_test(a_file_is_followed_from_when_it_appears),
		cmocka_unit_test(a_flood_is_taken_in_bounded_bites),
	};

	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
