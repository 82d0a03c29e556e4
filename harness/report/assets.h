/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_ASSETS_H
#define RAMRIG_ASSETS_H

/*
 * What reports/assemble makes of reports/ and of uPlot, within the program itself: a page needs
 * no file beside ramrig. The bytes from @begin up to, but without, @end; no NUL follows.
 */
struct asset {
	const char *begin, *end;
};

extern const struct asset asset_style;		/* CSS */
extern const struct asset asset_program;	/* JavaScript */
extern const struct asset asset_policy;		/* what a browser knows the two by */

#endif
