/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/conform.h"
#include "cell/guest-admin.h"
#include "lib/cleanup.h"

#define ROUNDS_MAX 4	/* a folder, what lies in it; more would be a mistake of ours */

static void seen_clear(struct conform_seen *s)
{
	json_decref(s->files);
	free(s->cxl);
	free(s->log);
}
#define cleanup_seen __attribute__((cleanup(seen_clear)))

/* Adds what the guest has at each key of @paths. */
static int read_files(struct guest *g, const json_t *paths, json_t *files, struct err *e)
{
	cleanup_json json_t *result = NULL;
	json_t *list = json_array(), *unused;
	const char *path;

	json_object_foreach((json_t *)paths, path, unused)
		json_array_append_new(list, json_string(path));
	int rc = guest_call(g, "read", json_pack("{s:o}", "paths", list), &result, e);
	if (rc)
		return rc;
	json_object_foreach((json_t *)paths, path, unused) {
		json_t *file = json_object_get(json_object_get(result, "files"), path);

		if (!json_is_string(file) && !json_is_array(file) && !json_is_null(file))
			return err_set(e, EPROTO, "the agent did not send what %s holds", path);
		json_object_set(files, path, file);
	}
	return 0;
}

static int read_all(struct guest *g, const struct topology *t, enum guest_clock clock,
		    struct conform_seen *seen, struct err *e)
{
	for (int i = 0; i < ROUNDS_MAX; i++) {
		cleanup_json json_t *missing = conform_missing(t, clock, seen);

		if (!json_object_size(missing))
			break;
		int rc = read_files(g, missing, seen->files, e);
		if (rc)
			return rc;
	}
	return 0;
}

/* What the tools complain of is not what they list. */
static int read_output(struct guest *g, const char *command, char **ret, struct err *e)
{
	const char *argv[] = { "sh", "-c", command, NULL };

	return guest_run(g, argv, ret, e);
}

int conform_check(struct guest *g, const struct topology *t, enum guest_clock clock, json_t *rows,
		  int *ret_differences, struct err *e)
{
	cleanup_seen struct conform_seen seen = { .files = json_object(), .disks = g->disks };
	int rc = read_all(g, t, clock, &seen, e);

	if (!rc && topology_nodes_of(t, NODE_CXL))
		rc = read_output(g, "cxl list -M -R -T 2>/dev/null", &seen.cxl, e);
	/* Only the log tells them, as of 6.12. */
	if (!rc && topology_tiers(t) > 1)
		rc = read_output(g, "dmesg | grep 'Demotion targets' || true", &seen.log, e);
	if (!rc)
		*ret_differences = conform_compare(t, clock, &seen, rows);
	return rc;
}
