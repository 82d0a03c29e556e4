/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sha256.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/trouble-mark.h"

/*
 * Reports of different faults share their outer functions (the entry of a system
 * call), those of one fault reached by two ways do not: so many inner ones count.
 */
#define HASHED_FUNCTIONS 5

#define LEAD_LINES 6		/* between "cut here" and the title: the words of a WARN() */
#define HEAD_LINES 12		/* within which a fault's second line belongs to its first */
#define REPORT_LINES 250	/* a report is over by then, whatever it says */

struct troubles {
	char line[TROUBLE_LINE_MAX];	/* being collected */
	size_t len;
	unsigned line_no;

	enum trouble_lead lead;		/* seen, with no title yet */
	size_t n_lead;
	char lead_lines[LEAD_LINES][TROUBLE_LINE_MAX];

	bool open;			/* ->now is being read */
	bool in_stack, stack_over;
	unsigned lines;			/* of it */
	struct trouble now;

	struct trouble *last;		/* what ended last; NULL: nothing yet */
	size_t n, lost;
	struct trouble reports[TROUBLE_REPORTS_MAX];
};

int troubles_new(struct troubles **ret, struct err *e)
{
	struct troubles *t = calloc(1, sizeof(*t));

	if (!t)
		return err_set(e, ENOMEM, "out of memory for the console's reports");
	*ret = t;
	return 0;
}

void troubles_free(struct troubles *t)
{
	free(t);
}

/* The title without digits, where the stack cannot tell one report from another. */
static void hash_title(SHA2_CTX *sha, const char *title)
{
	for (const char *s = title; *s; s++) {
		size_t number = strspn(s, "0123456789abcdefx");

		/* Letters of a word are no number: it takes a digit in front. */
		if (*s >= '0' && *s <= '9')
			s += number - 1;
		else
			SHA256Update(sha, (const uint8_t *)s, 1);
	}
}

static void hash_report(struct trouble *r)
{
	const char *kind = trouble_table[r->kind].name;
	uint8_t digest[SHA256_DIGEST_LENGTH];
	SHA2_CTX sha;

	SHA256Init(&sha);
	SHA256Update(&sha, (const uint8_t *)kind, strlen(kind) + 1);
	for (size_t i = 0; i < r->n_stack && i < HASHED_FUNCTIONS; i++)
		SHA256Update(&sha, (const uint8_t *)r->stack[i], strlen(r->stack[i]) + 1);
	if (!r->n_stack)
		hash_title(&sha, r->title);
	SHA256Final(digest, &sha);
	for (size_t i = 0; i < 4; i++)
		snprintf(r->hash + 2 * i, 3, "%02x", digest[i]);
}

/* Where all places are taken, the last one stays free for what the kernel dies of. */
static struct trouble *keep(struct troubles *t)
{
	struct trouble *place = &t->reports[TROUBLE_REPORTS_MAX - 1];

	if (t->n < TROUBLE_REPORTS_MAX) {
		place = &t->reports[t->n++];
	} else {
		t->lost++;
		if (place->fatal)
			return place;
	}
	*place = t->now;
	return place;
}

static void report_close(struct troubles *t)
{
	if (!t->open)
		return;
	t->open = false;
	hash_report(&t->now);
	for (size_t i = 0; i < t->n; i++) {
		struct trouble *r = &t->reports[i];

		if (strcmp(r->hash, t->now.hash))
			continue;
		r->count++;
		r->fatal |= t->now.fatal;
		t->last = r;
		return;
	}
	t->last = keep(t);
}

static void context_add(struct trouble *r, const char *line)
{
	if (r->n_context < TROUBLE_CONTEXT_MAX)
		memcpy(r->context[r->n_context++], line, strlen(line) + 1);
}

/* @message is the line that @function was found in. */
static void frame_add(struct trouble_frame *f, const char *function, const char *message,
		      bool exact)
{
	char module[TROUBLE_MODULE_MAX];
	bool foreign = trouble_module(message, function, module);

	f->exact = exact;
	snprintf(f->at, sizeof(f->at), "%s%s%s%s", function, foreign ? " [" : "",
		 foreign ? module : "", foreign ? "]" : "");
}

static void stack_add(struct trouble *r, const char *function, const char *message, bool exact)
{
	char name[TROUBLE_NAME_MAX];

	memcpy(name, function, strlen(function) + 1);
	name[strcspn(name, "+")] = '\0';
	/* What the compiler made of a function (foo.constprop.0, foo.cold) is that function. */
	if (name[0] && strchr(name + 1, '.'))
		*strchr(name + 1, '.') = '\0';
	if (r->n_stack == TROUBLE_STACK_MAX || trouble_carrier(name) ||
	    (r->n_stack && !strcmp(r->stack[r->n_stack - 1], name)))
		return;
	frame_add(&r->frames[r->n_stack], function, message, exact);
	memcpy(r->stack[r->n_stack++], name, sizeof(name));
	if (!r->function[0])
		memcpy(r->function, function, strlen(function) + 1);
}

/*
 * "WARNING: CPU: 1 PID: 12 at ..." says the same on another CPU, and what an
 * allocation had asked for is no name of a report.
 */
static void set_title(struct trouble *r, const char *message)
{
	int cpu_end = 0;
	char *request;

	sscanf(message, "WARNING: CPU: %*u PID: %*u %n", &cpu_end);
	snprintf(r->title, sizeof(r->title), "%s%s", cpu_end ? "WARNING: " : "", message + cpu_end);
	request = strstr(r->title, ": gfp_mask=");
	if (request)
		*request = '\0';
	for (size_t n = strlen(r->title); n && strchr(" :", r->title[n - 1]); n--)
		r->title[n - 1] = '\0';
}

static void report_open(struct troubles *t, enum trouble_kind kind, const char *message)
{
	report_close(t);
	memset(&t->now, 0, sizeof(t->now));
	t->now.kind = kind;
	t->now.count = 1;
	t->now.line = t->line_no;
	t->now.fatal = kind == TROUBLE_PANIC || kind == TROUBLE_OOM_PANIC;
	set_title(&t->now, message);
	for (size_t i = 0; t->lead != LEAD_NONE && i < t->n_lead; i++)
		context_add(&t->now, t->lead_lines[i]);
	context_add(&t->now, t->line);
	t->lead = LEAD_NONE;
	t->open = true;
	t->in_stack = t->stack_over = false;
	t->lines = 0;
}

/* A fault's second line ("Oops: 0000 [#1]"), in whatever words, is no other report. */
static bool joins(const struct troubles *t, enum trouble_kind kind)
{
	return t->open && kind == TROUBLE_OOPS && !t->now.n_stack && t->lines < HEAD_LINES &&
	       (t->now.kind == TROUBLE_OOPS || t->now.kind == TROUBLE_BUG);
}

static void report_line(struct troubles *t, const char *message)
{
	char function[TROUBLE_NAME_MAX];

	context_add(&t->now, t->line);
	if (trouble_ends(message) || ++t->lines > REPORT_LINES ||
	    (t->stack_over && t->lines > TROUBLE_CONTEXT_MAX)) {
		report_close(t);
		return;
	}
	if (t->stack_over)
		return;
	if (trouble_pc(message, function)) {
		stack_add(&t->now, function, message, true);
		return;
	}
	if (!strncmp(message, "Call Trace:", 11) || !strncmp(message, "Call trace:", 11))
		t->in_stack = true;
	else if (t->in_stack && trouble_frame(message, function))
		stack_add(&t->now, function, message, false);
	else if (t->in_stack && trouble_stack_ends(message))
		t->stack_over = t->now.n_stack;
}

static void lead_line(struct troubles *t)
{
	if (t->n_lead == LEAD_LINES)
		t->lead = LEAD_NONE;
	else
		memcpy(t->lead_lines[t->n_lead++], t->line, sizeof(t->line));
}

/* A panic that follows from the report before it: that is what the kernel died of. */
static bool follows(struct troubles *t, const char *message)
{
	struct trouble *cause = t->open ? &t->now : t->last;

	if (!cause || !trouble_follows(message, cause->kind))
		return false;
	cause->fatal = true;
	return true;
}

static void line_end(struct troubles *t)
{
	t->line[t->len] = '\0';
	t->len = 0;
	t->line_no++;

	const char *message = trouble_message(t->line);
	enum trouble_lead lead = trouble_lead(message);

	if (lead != LEAD_NONE) {
		if (t->open)
			context_add(&t->now, t->line);
		report_close(t);
		t->lead = lead;
		t->n_lead = 0;
		lead_line(t);
		return;
	}
	enum trouble_kind kind = trouble_kind(message, t->lead);

	if (kind != TROUBLE_KINDS && !follows(t, message) && !joins(t, kind))
		report_open(t, kind, message);
	else if (t->open)
		report_line(t, message);
	else if (t->lead != LEAD_NONE)
		lead_line(t);
}

void troubles_feed(struct troubles *t, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char b = (unsigned char)bytes[i];

		if (b == '\n')
			line_end(t);
		else if (b != '\r' && t->len < sizeof(t->line) - 1)
			t->line[t->len++] = b == '\t' ? ' ' : b >= ' ' && b < 127 ? (char)b : '?';
	}
}

void troubles_end(struct troubles *t)
{
	if (t->len)
		line_end(t);
	report_close(t);
}

int troubles_load(const char *path, struct troubles **ret, struct err *e)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	cleanup_troubles struct troubles *t = NULL;
	char buf[65536];
	ssize_t n;
	int rc;

	if (fd < 0)
		return err_set(e, errno, "cannot open %s: %m", path);
	rc = troubles_new(&t, e);
	if (rc)
		return rc;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		troubles_feed(t, buf, (size_t)n);
	if (n < 0)
		return err_set(e, errno, "cannot read %s: %m", path);
	troubles_end(t);
	*ret = take_ptr(t);
	return 0;
}

size_t troubles_count(const struct troubles *t)
{
	return t->n;
}

const struct trouble *troubles_at(const struct troubles *t, size_t i)
{
	return &t->reports[i];
}

size_t troubles_lost(const struct troubles *t)
{
	return t->lost;
}

const struct trouble *troubles_death(const struct troubles *t)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->reports[i].fatal)
			return &t->reports[i];
	}
	return NULL;
}

const struct trouble *troubles_stall(const struct troubles *t)
{
	for (size_t i = 0; i < t->n; i++) {
		if (trouble_table[t->reports[i].kind].stalls)
			return &t->reports[i];
	}
	return NULL;
}

const struct trouble *troubles_doubt(const struct troubles *t)
{
	for (size_t i = 0; i < t->n; i++) {
		if (trouble_table[t->reports[i].kind].doubts)
			return &t->reports[i];
	}
	return NULL;
}
