/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TOPOLOGY_FIXTURE_H
#define RAMRIG_TOPOLOGY_FIXTURE_H

/* A topology's file, and what some QEMU has, as tests want them. Include it after cmocka.h. */
#include <fcntl.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "spec/spec.h"
#include "topology/topology.h"
#include "vm/probe.h"

#define QEMU_7_2 "tests/unit/data/doctor/qmp-7.2.jsonl"
#define QEMU_9_2 "tests/unit/data/domain/qmp-9.2.jsonl"

struct topology_file {
	struct spec *spec;
	struct topology topology;	/* borrows from spec; not to be copied */
};

static inline void topology_file_open(struct topology_file *f, const char *path)
{
	struct err e;

	if (spec_load(SPEC_TOPOLOGY, path, &f->spec, &e) ||
	    topology_read(spec_doc(f->spec), &f->topology, NULL, &e))
		fail_msg("%s", e.msg);
}

static inline void topology_file_close(struct topology_file *f)
{
	spec_free(f->spec);
}
#define cleanup_topology_file __attribute__((cleanup(topology_file_close)))

static inline void features_read(struct vm_features *f, const char *record)
{
	cleanup_free char *answers = NULL;
	struct err e;

	if (file_read(AT_FDCWD, record, 1 << 20, &answers, NULL, &e) ||
	    vm_features_read(answers, f, &e))
		fail_msg("%s", e.msg);
}

#endif
