/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "lib/text.h"
#include "workloads/coldheap/coldheap-source.h"
#include "workloads/lib/cgroup.h"

#define LRU_GEN	 "/sys/kernel/debug/lru_gen"
#define TEXT_MAX (1 << 20)

int source_lru_read(struct score_lru *ret, struct err *e)
{
	cleanup_free char *text = malloc(TEXT_MAX);
	char cgroup[PATH_MAX];
	int rc =
		text ? cgroup_find(cgroup, sizeof(cgroup), e) : err_set(e, ENOMEM, "out of memory");

	if (!rc)
		rc = text_read(LRU_GEN, text, TEXT_MAX, e);
	return rc ? rc : score_lru_parse(text, cgroup + strlen("/sys/fs/cgroup"), ret, e);
}

int source_lru_age(const struct score_lru *l, struct err *e)
{
	cleanup_close int fd = open(LRU_GEN, O_WRONLY | O_CLOEXEC);

	for (unsigned i = 0; i < l->n_nodes; i++) {
		const struct score_lru_node *node = &l->nodes[i];
		char command[128];

		if (!node->n_gens)
			continue;
		/* Swapping or not, and whatever was seen before: all of the page tables are walked.
		 */
		snprintf(command, sizeof(command), "+ %u %u %" PRIu64 " 1 1", l->memcg, node->node,
			 node->gens[node->n_gens - 1].seq);
		if (fd < 0 || write(fd, command, strlen(command)) < 0)
			return err_set(e, errno, "cannot write '%s' to " LRU_GEN ": %m", command);
	}
	return 0;
}
