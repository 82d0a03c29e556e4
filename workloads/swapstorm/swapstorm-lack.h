/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_LACK_H
#define SWAPSTORM_LACK_H

#include <stdint.h>

/* What a kernel's books lack of what is so. Pure. */

/* The share of @moved pages that were known, when @known of all @pages were. */
double refault_share(uint64_t known, uint64_t pages, uint64_t moved);

/* What the charge lacks. */
uint64_t charge_lack(uint64_t swapped, uint64_t charged);

#endif
