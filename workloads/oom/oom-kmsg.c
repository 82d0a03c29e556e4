/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/oom/oom-clock.h"
#include "workloads/oom/oom-kmsg.h"

#define KMSG "/dev/kmsg"
#define RECORD_MAX 9000		/* PRINTK_MESSAGE_MAX and the head of a record */
#define MARK_NS 2000000000ULL
#define PAUSE_NS 1000000ULL

/*
 * Returns 1 with the next record, 0 where there is none yet. EPIPE: the log ran
 * over before it was read, and the next read goes on with the oldest that is left.
 */
static int record_next(struct kmsg *k, char buf[static RECORD_MAX], uint64_t *ret_us,
		       const char **ret_text, struct err *e)
{
	for (;;) {
		ssize_t n = read(k->in, buf, RECORD_MAX - 1);

		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && errno != EPIPE && errno != EINTR)
			return err_set(e, errno, "cannot read " KMSG ": %m");
		if (n < 0)
			continue;
		buf[n] = '\0';
		if (!oom_record_parse(buf, ret_us, ret_text))
			return 1;
	}
}

static int mark_find(struct kmsg *k, const char *mark, struct err *e)
{
	uint64_t deadline = mono_ns() + MARK_NS, us;
	char buf[RECORD_MAX];
	const char *text;

	for (;;) {
		int rc = record_next(k, buf, &us, &text, e);

		if (rc < 0)
			return rc;
		if (rc && !strcmp(text, mark)) {
			k->mark_us = us;
			return 0;
		}
		if (!rc && mono_ns() > deadline)
			return err_set(e, ETIMEDOUT, "what was written to " KMSG " is not in the log; "
				       "printk.devkmsg=off on the kernel's command line keeps it out");
		if (!rc)
			mono_sleep_until(mono_ns() + PAUSE_NS);
	}
}

/* Ten lines in five seconds, else. A kernel that was told of a limit when it booted keeps it. */
static void limit_lift(void)
{
	cleanup_close int fd = open("/proc/sys/kernel/printk_devkmsg", O_WRONLY | O_CLOEXEC);

	ssize_t n = fd < 0 ? -1 : write(fd, "on\n", 3);

	(void)n;
}

int kmsg_tell(const struct kmsg *k, const char *line, struct err *e)
{
	char record[512];

	/* Not with dprintf(): it asks for the place in the file, which this one has not. */
	snprintf(record, sizeof(record), "<5>%s\n", line);
	if (write(k->out, record, strlen(record)) < 0)
		return err_set(e, errno, "cannot write to " KMSG ": %m");
	return 0;
}

int kmsg_open(struct kmsg *k, const char *mark, struct err *e)
{
	limit_lift();
	k->out = open(KMSG, O_WRONLY | O_CLOEXEC);
	k->in = open(KMSG, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (k->out < 0 || k->in < 0 || lseek(k->in, 0, SEEK_END) < 0)
		return err_set(e, errno, "cannot open " KMSG ": %m");
	k->mark_ns = mono_ns();
	int rc = kmsg_tell(k, mark, e);

	return rc ? rc : mark_find(k, mark, e);
}

uint64_t kmsg_mono_ns(const struct kmsg *k, uint64_t us)
{
	return k->mark_ns + (us - k->mark_us) * 1000;
}

int kmsg_read(struct kmsg *k, struct oom_log *to, struct err *e)
{
	char buf[RECORD_MAX];
	const char *text;
	uint64_t us;
	int rc;

	while ((rc = record_next(k, buf, &us, &text, e)) > 0)
		oom_log_add(to, us, text);
	return rc;
}
