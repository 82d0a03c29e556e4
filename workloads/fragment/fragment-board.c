/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/fragment/fragment-board.h"

#define OTHER_FDS 64
/* What must stay free beside all this, in pages: less, and the kernel would kill for it. */
#define SPARE_PAGES 4096

struct board_plan board_plan(uint64_t pages, uint64_t every)
{
	uint64_t pipes = (pages + BOARD_PIPE_PAGES_MAX - 1) / BOARD_PIPE_PAGES_MAX;

	pipes = (pipes + every - 1) / every * every;
	if (!pipes)
		return (struct board_plan){ 0 };
	return (struct board_plan){ .pipes = pipes, .pages = pages < pipes ? 1 : pages / pipes };
}

bool board_keeps(uint64_t i, uint64_t every, uint64_t seed)
{
	return i % every == seed % every;
}

static int memory_check(const struct fragment_config *c, const struct board_plan *p, struct err *e)
{
	uint64_t written = p->pipes * p->pages, movable = fragment_pages(c->movable);
	uint64_t held = written / c->every, free_pages;
	struct sysinfo s;

	sysinfo(&s);
	free_pages = (uint64_t)s.freeram * s.mem_unit / PAGE_BYTES;
	if ((written > held + movable ? written : held + movable) + SPARE_PAGES <= free_pages)
		return 0;
	return err_set(e, ENOMEM, "unmovable (%" PRIu64 " %%, %" PRIu64 " pages, of which %" PRIu64
		       " stay) and movable (%" PRIu64 " %%, %" PRIu64 " pages) do not fit into the %"
		       PRIu64 " free pages; give less, or a larger node",
		       c->unmovable, written, held, c->movable, movable, free_pages);
}

/* One CPU's free lists hand out all pages, in one order. */
static int cpu_pin(int cpu, struct err *e)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return err_set(e, errno, "cannot keep to CPU %d: sched_setaffinity: %m", cpu);
	return 0;
}

static int files_allow(uint64_t pipes, struct err *e)
{
	rlim_t n = 2 * pipes + OTHER_FDS;
	struct rlimit l = { n, n };

	if (setrlimit(RLIMIT_NOFILE, &l))
		return err_set(e, errno, "cannot open %" PRIu64 " pipes: setrlimit: %m (fs.nr_open "
			       "bounds it)", pipes);
	return 0;
}

static int pipes_open(int (*pipes)[2], const struct board_plan *p, struct err *e)
{
	for (uint64_t i = 0; i < p->pipes; i++) {
		if (pipe2(pipes[i], O_CLOEXEC | O_NONBLOCK))
			return err_set(e, errno, "cannot make pipe %" PRIu64 " of %" PRIu64 ": %m",
				       i + 1, p->pipes);
		if (fcntl(pipes[i][1], F_SETPIPE_SZ, (int)p->pages * PAGE_BYTES) < 0)
			return err_set(e, errno, "cannot make a pipe hold %" PRIu64 " pages: %m",
				       p->pages);
	}
	return 0;
}

static int pipes_fill(int (*pipes)[2], const struct board_plan *p, struct err *e)
{
	static const char page[PAGE_BYTES];

	for (uint64_t k = 0; k < p->pages; k++) {
		for (uint64_t i = 0; i < p->pipes; i++) {
			ssize_t n = write(pipes[i][1], page, sizeof(page));

			if (n != PAGE_BYTES)
				return err_set(e, n < 0 ? errno : EIO, "cannot fill pipe %" PRIu64
					       " after %" PRIu64 " pages: write: %s", i, k,
					       n < 0 ? strerror(errno) : "not a whole page");
		}
	}
	return 0;
}

static void pipes_close(int (*pipes)[2], uint64_t n, const struct fragment_config *c)
{
	for (uint64_t i = 0; i < n; i++) {
		if (board_keeps(i, c->every, c->seed))
			continue;
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
}

/* Half of it stays: what the kernel may move, but without swap not take. */
static int movable_map(uint64_t pages, struct err *e)
{
	char *at = mmap(NULL, pages * PAGE_BYTES, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return err_set(e, errno, "cannot map %" PRIu64 " movable pages: %m", pages);
	/* Huge ones would be in nobody's way. A kernel without them says EINVAL. */
	if (madvise(at, pages * PAGE_BYTES, MADV_NOHUGEPAGE) && errno != EINVAL)
		return err_set(e, errno, "cannot keep huge pages away: madvise: %m");
	for (uint64_t i = 0; i < pages; i++)
		at[i * PAGE_BYTES] = 1;
	for (uint64_t i = 0; i < pages; i += 2)
		if (madvise(at + i * PAGE_BYTES, PAGE_BYTES, MADV_DONTNEED))
			return err_set(e, errno, "cannot give a page back: madvise: %m");
	return 0;
}

int board_lay(const struct fragment_config *c, struct err *e)
{
	struct board_plan p = board_plan(fragment_pages(c->unmovable), c->every);
	uint64_t movable = fragment_pages(c->movable);
	cleanup_free int (*pipes)[2] = calloc(p.pipes + 1, sizeof(*pipes));

	if (!pipes)
		return err_set(e, ENOMEM, "out of memory for %" PRIu64 " pipes", p.pipes);
	int rc = memory_check(c, &p, e);
	if (!rc)
		rc = cpu_pin(0, e);
	if (!rc)
		rc = files_allow(p.pipes, e);
	if (!rc)
		rc = pipes_open(pipes, &p, e);
	if (!rc)
		rc = pipes_fill(pipes, &p, e);
	if (rc)
		return rc;
	pipes_close(pipes, p.pipes, c);
	printf("board: %" PRIu64 " pipes of %" PRIu64 " pages, %" PRIu64 " kept; %" PRIu64
	       " movable pages\n", p.pipes, p.pages, p.pipes / c->every, movable);
	return movable ? movable_map(movable, e) : 0;
}
