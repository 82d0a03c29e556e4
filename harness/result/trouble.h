/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TROUBLE_H
#define RAMRIG_TROUBLE_H

#include <stdbool.h>
#include <stddef.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * What a guest's console tells of trouble in its kernel: reports, each from the
 * line that begins it to the end of its stack. The bytes are the guest's: lines
 * are cut and made printable, memory has one bound whatever comes in, and time
 * grows with the bytes alone.
 */
enum trouble_kind {
	TROUBLE_PANIC,
	TROUBLE_OOM_PANIC,
	TROUBLE_OOPS,
	TROUBLE_BUG,
	TROUBLE_KASAN,
	TROUBLE_KFENCE,
	TROUBLE_UBSAN,
	TROUBLE_LOCKDEP,
	TROUBLE_ATOMIC,
	TROUBLE_HARD_LOCKUP,
	TROUBLE_SOFT_LOCKUP,
	TROUBLE_RCU_STALL,
	TROUBLE_WORKQUEUE_LOCKUP,
	TROUBLE_HUNG_TASK,
	TROUBLE_WARNING,
	TROUBLE_OOM_KILL,
	TROUBLE_KINDS
};

struct trouble_info {
	const char *name;
	const char *meaning;
	bool stalls;	/* tells why a guest fell silent */
	bool doubts;	/* what the guest does after it, its figures too, may be wrong */
};

extern const struct trouble_info trouble_table[TROUBLE_KINDS];

#define TROUBLE_LINE_MAX 256
#define TROUBLE_NAME_MAX 128
#define TROUBLE_MODULE_MAX 64
#define TROUBLE_STACK_MAX 16
#define TROUBLE_CONTEXT_MAX 40		/* lines */
#define TROUBLE_REPORTS_MAX 16

struct trouble_frame {
	/* "foo.isra.0+0x12/0x40", a module's "bar+0x8/0x20 [zram]" */
	char at[TROUBLE_NAME_MAX + TROUBLE_MODULE_MAX + 4];
	bool exact;			/* where a CPU was; else where a call returns to */
};

struct trouble {
	enum trouble_kind kind;
	char title[TROUBLE_LINE_MAX];		/* the kernel's own words, without time and CPU */
	char function[TROUBLE_NAME_MAX];	/* "swap_writepage+0x12/0x80", or "" */
	size_t n_stack;
	char stack[TROUBLE_STACK_MAX][TROUBLE_NAME_MAX];	/* innermost first, no offsets */
	struct trouble_frame frames[TROUBLE_STACK_MAX];		/* the same, in the kernel's words */
	char hash[9];		/* the same for the same kind and innermost functions */
	bool fatal;		/* the kernel did not go on after it */
	unsigned count;		/* how often it came */
	unsigned line;		/* of the console, from 1, where it first came */
	size_t n_context;
	char context[TROUBLE_CONTEXT_MAX][TROUBLE_LINE_MAX];	/* as on the console */
};

/* Up to TROUBLE_REPORTS_MAX different ones; how many came beyond that is ->lost. */
struct troubles;

int troubles_new(struct troubles **ret, struct err *e);

/* Feeds @n bytes of a console; where they are cut does not matter. */
void troubles_feed(struct troubles *t, const char *bytes, size_t n);

/* Says that nothing more comes: a line or report in hand ends here. Call it before asking. */
void troubles_end(struct troubles *t);

/* new, feed and end for the file @path; the caller frees *ret. */
int troubles_load(const char *path, struct troubles **ret, struct err *e);

size_t troubles_count(const struct troubles *t);
const struct trouble *troubles_at(const struct troubles *t, size_t i);	/* in order of the console */
size_t troubles_lost(const struct troubles *t);

/* The one that the kernel died of, with its cause before its panic; NULL: it did not tell. */
const struct trouble *troubles_death(const struct troubles *t);

/* The first that tells why a guest fell silent, or NULL. */
const struct trouble *troubles_stall(const struct troubles *t);

/* The first after which figures are in doubt, or NULL. */
const struct trouble *troubles_doubt(const struct troubles *t);

/* "BUG: KASAN: use-after-free in foo+0x12/0x40 (report 3f2a91c0, console line 412)" */
#define TROUBLE_TEXT_MAX (TROUBLE_LINE_MAX + TROUBLE_NAME_MAX + 64)
const char *trouble_text(const struct trouble *r, char buf[static TROUBLE_TEXT_MAX]);

/* A new array, "reports" of docs/results.md. */
json_t *troubles_json(const struct troubles *t);

/* Writes the table of kinds as Markdown: the reference in docs/. */
void trouble_print_reference(FILE *out);

void troubles_free(struct troubles *t);	/* NULL is fine */

static inline void troubles_freep(struct troubles **t)
{
	troubles_free(*t);
}
#define cleanup_troubles __attribute__((cleanup(troubles_freep)))

#endif
