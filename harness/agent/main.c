/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "agent/agent.h"
#include "agent/modules.h"
#include "agent/setup.h"
#include "lib/cleanup.h"
#include "proto/protocol.h"

/* Hello goes out as early as can be: the host sends nothing that needs the rest before it. */
static int serve_guest(const struct agent_config *c, struct err *e)
{
	struct agent *a = NULL;
	int fd;

	/*
	 * Left alone, jansson seeds its tables from /dev/urandom, for which a
	 * fresh guest gathers entropy for seconds. All our keys come from our host.
	 */
	json_object_seed(1);
	int rc = setup_first(e);
	if (!rc)
		rc = modules_load_early(c->modules_dir, e);
	if (!rc)
		rc = setup_open_port(&fd, e);
	if (!rc)
		rc = agent_new(c, fd, &a, e);
	if (!rc)
		rc = setup_rest(c, e);
	return rc ? rc : agent_run(a, e);
}

static int usage(void)
{
	fprintf(stderr, "usage: ramrig-agent --fd N [--root DIR] [--sysroot DIR] [--cgroup DIR]"
			" [--modules DIR]\n"
			"ramrig-agent is process 1 of a guest; with --fd it serves on a socket.\n");
	return 2;
}

static int host_main(int argc, char **argv, struct agent_config *c)
{
	static const struct option options[] = {
		{ "fd", required_argument, NULL, 'f' },
		{ "root", required_argument, NULL, 'r' },
		{ "sysroot", required_argument, NULL, 's' },
		{ "cgroup", required_argument, NULL, 'c' },
		{ "modules", required_argument, NULL, 'm' },
		{ 0 },
	};
	const char *root = "/";
	int option, fd = -1;
	struct err e;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		switch (option) {
		case 'f':
			fd = (int)strtol(optarg, NULL, 10);
			break;
		case 'r':
			root = optarg;
			break;
		case 's':
			c->sysroot = optarg;
			break;
		case 'c':
			c->cgroup_base = optarg;
			break;
		case 'm':
			c->modules_dir = optarg;
			break;
		default:
			return usage();
		}
	}
	if (fd < 0 || optind < argc)
		return usage();
	cleanup_close int root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0) {
		fprintf(stderr, "ramrig-agent: cannot open %s: %m\n", root);
		return 1;
	}
	c->root_fd = root_fd;
	if (!agent_serve_fd(c, fd, &e))
		return 0;
	fprintf(stderr, "ramrig-agent: %s\n", e.msg);
	return 1;
}

int main(int argc, char **argv)
{
	struct agent_config config = {
		.root_fd = -1,
		.sysroot = PROTOCOL_SYSROOT,
		.cgroup_base = PROTOCOL_CGROUP,
		.modules_dir = "/modules",
		.is_init = getpid() == 1,
	};
	struct err e;

	agent_set_signals();
	if (!config.is_init)
		return host_main(argc, argv, &config);
	config.root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int rc = serve_guest(&config, &e);
	setup_power_off(rc ? &e : NULL);
}
