/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "lib/cleanup.h"
#include "workloads/coldheap/coldheap-serve.h"

static int usage(void)
{
	fputs("usage: coldheap [--socket PATH] serve\n"
	      "       coldheap [--socket PATH] warmup|measure|sweep|where|heat\n"
	      "       coldheap [--socket PATH] corrupt PAGE\n"
	      "The parameters of workload.yaml are read from RAMRIG_* of the environment.\n",
	      stderr);
	return 2;
}

static int serve(const char *socket_path, struct err *e)
{
	struct config c;
	int rc = config_read(&c, e);

	return rc ? rc : coldheap_serve(&c, socket_path, e);
}

int main(int argc, char **argv)
{
	const char *socket_path = COLDHEAP_SOCKET;
	char command[128];
	struct err e;

	if (argc > 2 && !strcmp(argv[1], "--socket")) {
		socket_path = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc < 2 || argc > 3)
		return usage();
	snprintf(command, sizeof(command), argc == 3 ? "%s %s" : "%s", argv[1], argv[argc - 1]);
	int rc = strcmp(command, "serve") ? coldheap_ask(command, socket_path, &e) :
					    serve(socket_path, &e);
	if (!rc)
		return 0;
	fflush(stdout);
	fprintf(stderr, "coldheap: %s\n", e.msg);
	return 1;
}
