/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COLDHEAP_PAGEMAP_H
#define COLDHEAP_PAGEMAP_H

/* An entry of /proc/PID/pagemap: Documentation/admin-guide/mm/pagemap.rst */
#define PAGEMAP_PRESENT (1ULL << 63)
#define PAGEMAP_SWAPPED (1ULL << 62)
#define PAGEMAP_TYPE(entry) ((unsigned)((entry) & 0x1f))
#define PAGEMAP_FRAME(entry) ((entry) & ((1ULL << 55) - 1))

#endif
