/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/lib/command.h"
#include "workloads/oom/oom-referee.h"

static int usage(void)
{
	fputs("usage: oom [--socket PATH] serve|start\n"
	      "The parameters of workload.yaml are read from RAMRIG_* of the environment.\n",
	      stderr);
	return 2;
}

/* Who waits for the figures must live to print them; small as it is, it may be asked for memory. */
static void be_spared(void)
{
	cleanup_close int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, "-1000", 5) != 5)
		fputs("oom: cannot be spared by the OOM killer\n", stderr);
}

static int serve(const char *socket_path, struct err *e)
{
	struct oom_config c;
	int rc = oom_config_read(&c, e);

	return rc ? rc : referee_serve(&c, socket_path, e);
}

int main(int argc, char **argv)
{
	const char *socket_path = OOM_SOCKET;
	struct err e;
	int rc;

	if (argc > 2 && !strcmp(argv[1], "--socket")) {
		socket_path = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc != 2 || (strcmp(argv[1], "serve") && strcmp(argv[1], "start")))
		return usage();
	be_spared();
	if (!strcmp(argv[1], "serve"))
		rc = serve(socket_path, &e);
	else
		rc = command_ask(socket_path, "oom", argv[1], &e);
	if (!rc)
		return 0;
	fflush(stdout);
	fprintf(stderr, "oom: %s\n", e.msg);
	return 1;
}
