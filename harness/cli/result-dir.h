/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_RESULT_DIR_H
#define RAMRIG_RESULT_DIR_H

/* "PARENT/WHAT-20261122T224000Z", for now; the caller frees it. */
char *result_dir_new(const char *parent, const char *what);

#define RESULTS "results"	/* where commands put them unless they are told */

#endif
