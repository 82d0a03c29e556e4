/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KIND_H
#define RAMRIG_KIND_H

#include "lib/err.h"
#include "spec/spec.h"

/* Sets *ret to the kind of file that people call @name. -EINVAL lists those there are. */
int kind_from_name(const char *name, enum spec_kind *ret, struct err *e);

#endif
