/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the driver needs of this is in ../../kernel.h. */
