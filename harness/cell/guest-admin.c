/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/guest-admin.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"

#define OUTPUT_MAX (128 << 10)	/* fio prints 30 KiB */
#define QUOTED_MAX 200

static bool reads_back(const char *wanted, const char *seen)
{
	cleanup_free char *chosen = path_format("[%s]", wanted);

	return !strcmp(wanted, seen) || strstr(seen, chosen);
}

int guest_write_as(struct guest *g, const char *path, const char *value, const char *reads,
		   struct err *e)
{
	cleanup_json json_t *result = NULL;
	int rc = guest_call(g, "write",
			    json_pack("{s:s, s:s, s:b}", "path", path, "data", value, "read_back",
				      true),
			    &result, e);

	if (rc)
		return rc;
	const char *seen = json_str(result, "value");
	if (!seen || !reads_back(reads, seen))
		return err_set(e, EIO, "wrote %s to %s, which then reads '%s'", value, path,
			       seen ? seen : "");
	return 0;
}

int guest_write(struct guest *g, const char *path, const char *value, struct err *e)
{
	return guest_write_as(g, path, value, value, e);
}

int guest_write_only(struct guest *g, const char *path, const char *value, struct err *e)
{
	return guest_call(g, "write", json_pack("{s:s, s:s}", "path", path, "data", value), NULL,
			  e);
}

int guest_job_result(const char *name, const json_t *answer, struct err *e)
{
	const char *output = json_str(answer, "output");
	const char *tail = output ? output : "";
	size_t len = strlen(tail);

	if (len > QUOTED_MAX)
		tail += len - QUOTED_MAX;
	if (json_is_integer(json_object_get(answer, "exit"))) {
		json_int_t code = json_int_or(answer, "exit", -1);

		return code ? err_set(e, EIO, "%s ended with exit code %lld; it last printed: %s",
				      name, (long long)code, tail)
			    : 0;
	}
	if (!json_is_integer(json_object_get(answer, "signal")))
		return err_set(e, EPROTO, "the agent did not say how %s ended", name);
	return err_set(e, EIO, "%s was ended by signal %lld; it last printed: %s", name,
		       (long long)json_int_or(answer, "signal", 0), tail);
}

static json_t *run_params(const char *const *argv)
{
	json_t *list = json_array();

	for (size_t i = 0; argv[i]; i++)
		json_array_append_new(list, json_string(argv[i]));
	return json_pack("{s:s, s:o, s:b, s:i}", "name", argv[0], "argv", list, "root", true,
			 "output_max", OUTPUT_MAX);
}

/* The shell's way of saying so. */
#define EXIT_NO_PROGRAM 127

/* Whose fault it is that a tool did not run: the image's, and so the rig's. */
static int no_program(const char *name, const char *why, struct err *e)
{
	return err_set(e, ENOPKG, "%.300s: the image lacks what %s needs; add its Debian package to the "
		       "image's list", why, name);
}

int guest_run_for(struct guest *g, const char *const *argv, int64_t timeout_ms, char **ret_output,
		  struct err *e)
{
	cleanup_json json_t *started = NULL, *answer = NULL;
	int rc = guest_call(g, "job-start", run_params(argv), &started, e);

	if (rc == -ENOENT) {
		struct err why = *e;

		return no_program(argv[0], why.msg, e);
	}
	if (!rc)
		rc = link_call(g->link, "job-wait",
			       json_pack("{s:I, s:I}", "job", json_int_or(started, "job", 0),
					 "timeout_ms", (json_int_t)timeout_ms),
			       clock_now_ms() + guest_wall_ms(g, timeout_ms), &answer, e);
	if (rc == -ETIMEDOUT && link_answered(g->link))
		return err_set(e, ETIMEDOUT, "%s did not end within %lld s", argv[0],
			       (long long)timeout_ms / 1000);
	if (!rc)
		rc = guest_job_result(argv[0], answer, e);
	if (rc && json_int_or(answer, "exit", 0) == EXIT_NO_PROGRAM) {
		struct err why = *e;

		return no_program(argv[0], why.msg, e);
	}
	if (rc || !ret_output)
		return rc;
	const char *output = json_str(answer, "output");
	*ret_output = strdup(output ? output : "");
	return *ret_output ? 0 : err_set(e, ENOMEM, "out of memory for the output of %s", argv[0]);
}

int guest_run(struct guest *g, const char *const *argv, char **ret_output, struct err *e)
{
	return guest_run_for(g, argv, TOOL_MS, ret_output, e);
}
