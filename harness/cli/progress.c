/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "cli/globals.h"
#include "cli/progress.h"
#include "lib/clock.h"

static int lines_drawn;

static bool on_terminal(void)
{
	return isatty(STDERR_FILENO) && !cli.quiet;
}

static int columns(void)
{
	struct winsize w;

	return !ioctl(STDERR_FILENO, TIOCGWINSZ, &w) && w.ws_col > 20 ? w.ws_col : 80;
}

static const char *minutes(int64_t ms, char buf[static 24])
{
	if (ms < 0)
		snprintf(buf, 24, "unknown");
	else
		snprintf(buf, 24, "%lld:%02lld", (long long)ms / 60000,
			 (long long)ms / 1000 % 60);
	return buf;
}

void progress_end(void)
{
	if (lines_drawn)
		fprintf(stderr, "\033[%dA\033[J", lines_drawn);
	lines_drawn = 0;
	fflush(stderr);
}

void progress_change(const struct batch *b)
{
	char spent[24], left[24], line[512];
	int width = columns() - 1;

	if (!on_terminal())
		return;
	progress_end();
	snprintf(line, sizeof(line), "%zu of %zu cells done, %s spent, %s left", b->n_done,
		 b->n_wanted, minutes(clock_now_ms() - b->started_ms, spent),
		 minutes(batch_eta_ms(b), left));
	fprintf(stderr, "%.*s\n", width, line);
	lines_drawn = 1;
	for (unsigned i = 0; i < b->jobs; i++) {
		const struct batch_slot *s = &b->slots[i];

		if (!s->pid)
			continue;
		snprintf(line, sizeof(line), "  cell %u, pair %u, %s: %s, %s  %s", s->cell->n,
			 s->cell->pair, s->cell->arm, s->phase[0] ? s->phase : "start",
			 minutes(clock_now_ms() - s->started_ms, spent), s->console);
		fprintf(stderr, "%.*s\n", width, line);
		lines_drawn++;
	}
	fflush(stderr);
}

void progress_cell(const struct batch *b, const struct batch_slot *s, enum outcome outcome,
		   const char *reason)
{
	double seconds = (double)(clock_now_ms() - s->started_ms) / 1000;

	if (cli.quiet)
		return;
	progress_end();
	fprintf(stderr, "cell %*u of %zu  pair %-2u %-8s %-15s %6.1f s%s%s\n",
		(int)snprintf(NULL, 0, "%zu", b->n_cells), s->cell->n, b->n_cells, s->cell->pair,
		s->cell->arm, outcome_table[outcome].name, seconds, *reason ? "  " : "", reason);
}
