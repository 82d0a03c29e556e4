/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_GUEST_ADMIN_H
#define RAMRIG_GUEST_ADMIN_H

#include "cell/guest.h"

/*
 * What an administrator does in a guest: sets files of the kernel, runs the
 * root disk's programs. Errors are those of link_call(), or a sentence about
 * what the guest answered.
 */

/* On the guest's clock: for a program that has little to do, on a busy host under TCG. */
#define TOOL_MS 120000

/*
 * Writes @value to @path and reads it back. -EIO where it then reads otherwise;
 * in a list of choices such as "lzo [lz4] zstd" the one in brackets counts.
 */
int guest_write(struct guest *g, const char *path, const char *value, struct err *e);

/* The same where the file then says @reads instead of what was written. */
int guest_write_as(struct guest *g, const char *path, const char *value, const char *reads,
		   struct err *e);

/* The same for a file that cannot be read, or whose reading says something else. */
int guest_write_only(struct guest *g, const char *path, const char *value, struct err *e);

/*
 * Runs the program @argv (NULL-ended) below the root disk to its end, for TOOL_MS
 * at most. -EIO with what it last printed where it fails, -ENOPKG where the
 * image has no such program. Sets *ret_output (may
 * be NULL) to all it printed, errors as well; the caller frees it.
 */
int guest_run(struct guest *g, const char *const *argv, char **ret_output, struct err *e);

/* The same for a program that has more to do: for @timeout_ms of the guest's clock. */
int guest_run_for(struct guest *g, const char *const *argv, int64_t timeout_ms, char **ret_output,
		  struct err *e);

/* Pure: whether the job @name ended well, by the answer to job-wait; -EIO where it did not. */
int guest_job_result(const char *name, const json_t *answer, struct err *e);

#endif
