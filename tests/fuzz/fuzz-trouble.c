/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A console of any bytes: its reports are bounded, printable, different from
 * each other, and the same however the bytes are cut.
 */
#include <stdint.h>
#include <string.h>
#include "image/vmlinux.h"
#include "lib/cleanup.h"
#include "result/trouble.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void expect_line(const char *line, size_t max)
{
	size_t len = strnlen(line, max);

	expect(len < max);
	for (size_t i = 0; i < len; i++)
		expect(line[i] >= ' ' && line[i] <= '~');
}

static void expect_report(const struct trouble *r)
{
	char text[TROUBLE_TEXT_MAX];

	expect(r->kind < TROUBLE_KINDS && r->count && r->line && r->n_context);
	expect(strlen(r->hash) == 8);
	expect(r->n_stack <= TROUBLE_STACK_MAX && r->n_context <= TROUBLE_CONTEXT_MAX);
	expect_line(r->title, sizeof(r->title));
	expect_line(r->function, sizeof(r->function));
	for (size_t i = 0; i < r->n_stack; i++) {
		struct vmlinux_place p;

		expect_line(r->stack[i], sizeof(r->stack[i]));
		expect_line(r->frames[i].at, sizeof(r->frames[i].at));
		/* All that is looked up in a vmlinux: a module's place is none of it. */
		if (vmlinux_place_parse(r->frames[i].at, &p))
			expect(strlen(p.function) < sizeof(p.function) && p.offset <= p.size);
	}
	for (size_t i = 0; i < r->n_context; i++)
		expect_line(r->context[i], sizeof(r->context[i]));
	expect_line(trouble_text(r, text), sizeof(text));
}

static struct troubles *read_in_steps(const uint8_t *data, size_t size, size_t step)
{
	struct troubles *t;
	struct err e;

	expect(!troubles_new(&t, &e));
	for (size_t at = 0; at < size; at += step)
		troubles_feed(t, (const char *)data + at, size - at < step ? size - at : step);
	troubles_end(t);
	return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_troubles struct troubles *whole = read_in_steps(data, size, size + 1);
	cleanup_troubles struct troubles *pieces = read_in_steps(data, size, size ? data[0] % 7 + 1 : 1);
	cleanup_json json_t *a = troubles_json(whole), *b = troubles_json(pieces);

	expect(a && b && json_equal(a, b));
	expect(troubles_count(whole) <= TROUBLE_REPORTS_MAX);
	for (size_t i = 0; i < troubles_count(whole); i++) {
		expect_report(troubles_at(whole, i));
		for (size_t j = 0; j < i; j++)
			expect(strcmp(troubles_at(whole, i)->hash, troubles_at(whole, j)->hash));
	}
	return 0;
}
