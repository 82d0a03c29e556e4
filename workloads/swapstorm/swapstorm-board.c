/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/rng.h"
#include "workloads/swapstorm/swapstorm-board.h"

#define TOLD_MAX 100	/* pages; the output's end must not be lost for them */

const char *const count_names[COUNT_COUNT] = {
	[COUNT_OPS] = "ops",
	[COUNT_READ] = "reads",
	[COUNT_WRITE] = "writes",
	[COUNT_ZERO] = "zeroes",
	[COUNT_PAGEOUT] = "pageouts",
	[COUNT_WILLNEED] = "willneeds",
	[COUNT_DONTNEED] = "dontneeds",
	[COUNT_FREE] = "frees",
	[COUNT_REMAP] = "remaps",
	[COUNT_PROTECT] = "protects",
	[COUNT_FORK] = "forks",
	[COUNT_HAMMER] = "hammers",
	[COUNT_WP] = "write_protects",
	[COUNT_SOFT_DIRTY] = "soft_dirties",
	[COUNT_PAGES] = "pages_verified",
	[COUNT_CORRUPT] = "corrupt",
	[COUNT_WP_EXPECTED] = "wp_expected",
	[COUNT_WP_SEEN] = "wp_seen",
	[COUNT_WP_WRONG] = "wp_wrong",
	[COUNT_SOFT_DIRTY_WRONG] = "soft_dirty_wrong",
	[COUNT_EXITS] = "exits",
	[COUNT_KILLS] = "kills",
	[COUNT_OOM_KILLS] = "workers_oom_killed",
	[COUNT_VICTIMS] = "victims",
	[COUNT_CGROUP_MOVES] = "cgroup_moves",
	[COUNT_CGROUP_DEATHS] = "cgroup_deaths",
	[COUNT_RECLAIMS] = "reclaims",
	[COUNT_FREEZES] = "freezes",
	[COUNT_SUSPENDS] = "suspends",
	[COUNT_SWAPOFFS] = "swapoffs",
	[COUNT_SWAPOFFS_REFUSED] = "swapoffs_refused",
	[COUNT_TUNINGS] = "tunings",
	[COUNT_INJECTIONS] = "injections",
	[COUNT_BALLASTS] = "ballasts",
};

int board_open(const struct storm_config *c, struct board **ret, struct err *e)
{
	size_t size = sizeof(struct board) + c->workers * c->pages * sizeof(struct model);
	struct board *b = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			       -1, 0);

	if (b == MAP_FAILED)
		return err_set(e, errno, "no memory to share among the storm's processes: %m");
	if (mlock(b, size))
		return err_set(e, errno, "cannot lock %zu bytes, lest they be swapped: mlock: %m",
			       size);
	b->config = *c;
	*ret = b;
	return 0;
}

void storm_say(const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	size_t len = (size_t)n < sizeof(line) - 1 ? (size_t)n : sizeof(line) - 2;

	line[len++] = '\n';
	if (write(STDOUT_FILENO, line, len) < 0)
		return;		/* nobody listens any more */
}

void board_corrupt(struct board *b, const char *whose, uint64_t number, const char *expected,
		   const struct page_verdict *found)
{
	uint64_t told = atomic_fetch_add(&b->counts[COUNT_CORRUPT], 1);
	char text[100];

	storm_verdict_text(found, text, sizeof(text));
	if (told < TOLD_MAX)
		storm_say("corrupt: %s page %" PRIu64 ": expected %s, found %s", whose, number,
			  expected, text);
}

void board_fail(struct board *b, const struct err *e)
{
	if (!atomic_exchange(&b->failing, true)) {
		b->error = *e;
		atomic_store(&b->failed, true);
	}
	atomic_store(&b->stop, true);
}

void storm_nap(struct rng *r, unsigned ms)
{
	usleep((useconds_t)rng_below(r, ms * 1000 + 1));
}
