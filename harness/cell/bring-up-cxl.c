/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include "cell/bring-up-parts.h"
#include "cell/guest-admin.h"

int bring_up_cxl_begin(struct guest *g, struct err *e)
{
	return guest_write(g, "/sys/devices/system/memory/auto_online_blocks", "offline", e);
}

int bring_up_cxl_node(struct guest *g, const struct topology *t, size_t i, struct err *e)
{
	(void)g; (void)t; (void)i;
	return err_set(e, ENOSYS, "not yet");
}
