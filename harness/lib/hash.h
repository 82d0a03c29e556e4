/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HASH_H
#define RAMRIG_HASH_H

#include "lib/err.h"

/*
 * Apart from file.c, since libmd has no static library and the agent is
 * linked statically.
 */

/* Lower-case hex SHA-256 of a file's bytes. */
int file_sha256(const char *path, char ret[static 65], struct err *e);

#endif
