/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The build for a kernel finds out which interfaces it has; ours has the oldest. */
#pragma once

#define REGION_INFO_IS_AN_OPERATION 0
