/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SCHEMA_PARTS_H
#define RAMRIG_SCHEMA_PARTS_H

#include "spec/schema.h"

/* What the tables of schema.c and schema-*.c have in common. */
#define END_OF_FIELDS { .key = NULL }
#define HOUR 3600e3
#define KIB 1024.0
#define MIB (1024.0 * KIB)
#define GIB (1024.0 * MIB)
#define TIB (1024.0 * GIB)

#define SUMMARY \
	{ .key = "summary", .type = FIELD_STRING, .required = true, \
	  .help = "what it is, in one line" }

extern const struct field schema_workload[], schema_policy[], schema_claim[];

/* A parameter of a workload or policy; a policy that an arm or another policy names. */
extern const struct field schema_parameter[], schema_policy_ref[];

extern const char *const schema_device_kinds[];

#endif
