/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "cli/show.h"
#include "compare/render.h"
#include "lib/cleanup.h"

#define WIDTH_OF_LOGS 100	/* where no terminal says: room for every column */

static struct render_opts terminal_opts(void)
{
	struct winsize w;
	struct render_opts o = { .width = WIDTH_OF_LOGS };

	if (!isatty(STDOUT_FILENO))
		return o;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) && w.ws_col)
		o.width = w.ws_col;
	o.colour = !getenv("NO_COLOR");
	return o;
}

int show_comparison(const json_t *comparison, bool json, struct err *e)
{
	struct render_opts o = terminal_opts();
	cleanup_free char *text = NULL;

	if (json)
		text = json_dumps(comparison, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
	else if (compare_render(comparison, &o, &text, e))
		return -e->code;
	if (!text)
		return err_set(e, ENOMEM, "out of memory for the comparison");
	if (fputs(text, stdout) < 0 || (json && putchar('\n') < 0) || fflush(stdout))
		return err_set(e, errno, "cannot write the comparison: %m");
	return 0;
}
